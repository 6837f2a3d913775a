#include <fmt/format.h>
#include <imgui/imgui.h>

#include <algorithm>
#include <string>
#include <vector>

#include "viewer/analysis/fields.h"
#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/line_plot.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

constexpr size_t kTrace = 300;  // samples of the plotted number

void List(FieldChoice& choice) {
  ImGui::SetNextItemWidth(-1);
  ImGui::InputTextWithHint("##query", "any field of mjData or mjModel", choice.query.data(),
                           choice.query.size());
  ImGui::BeginChild("fields", {0, ListHeight(5)}, true);
  for (const int index : FindFields(choice.fields, choice.query.data())) {
    const Field& field = choice.fields[index];
    const std::string label = fmt::format("{}  [{} x {}]", field.name, field.rows, field.columns);
    if (!ImGui::Selectable(label.c_str(), index == choice.chosen)) continue;
    choice.chosen = index;
    choice.row = choice.column = 0;
    choice.trace.values.clear();
  }
  ImGui::EndChild();
}

void Values(FieldChoice& choice, const mjModel* model, const std::vector<double>& values) {
  const Field& field = choice.fields[choice.chosen];
  const int columns = std::min(field.columns, 9);
  ImGui::BeginChild("values", {0, ListHeight(std::min(field.rows, 8) + 1)});
  const int flags =
      ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollX | ImGuiTableFlags_SizingFixedFit;
  if (ImGui::BeginTable("numbers", columns + 1, flags)) {
    ImGuiListClipper clipper;
    clipper.Begin(field.rows);
    while (clipper.Step()) {
      for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
        const std::string name = RowName(model, field, row);
        ImGui::TableNextColumn();
        ImGui::TextDisabled("%s", name.empty() ? std::to_string(row).c_str() : name.c_str());
        for (int column = 0; column < columns; ++column) {
          ImGui::TableNextColumn();
          ImGui::PushID(row * columns + column);
          const bool traced = row == choice.row && column == choice.column;
          const double value = values[static_cast<size_t>(row) * field.columns + column];
          if (ImGui::Selectable(FixedText(value, 4).c_str(), traced)) {
            choice.row = row;
            choice.column = column;
            choice.trace.values.clear();
          }
          ImGui::PopID();
        }
      }
    }
    ImGui::EndTable();
  }
  ImGui::EndChild();
}

}  // namespace

void DrawFieldPanel(ViewerState& state) {
  FieldChoice& choice = state.memory.field;
  const mjModel* model = state.shown().model();
  const mjData* data = state.shown().data();
  if (choice.fields.empty()) choice.fields = ListFields(model);
  List(choice);
  const Field& field = choice.fields[choice.chosen];
  const auto values = ReadField(model, data, field);
  Values(choice, model, values);
  const auto index = static_cast<size_t>(choice.row) * field.columns + choice.column;
  if (data->time != choice.traced_time) {
    choice.traced_time = data->time;
    auto& trace = choice.trace.values;
    trace.push_back(static_cast<float>(values[index]));
    if (trace.size() > kTrace) trace.erase(trace.begin());
  }
  const std::string row = RowName(model, field, choice.row);
  choice.trace.name = fmt::format("{}[{}, {}]", field.name,
                                  row.empty() ? std::to_string(choice.row) : row, choice.column);
  PlotData plot{0, state.session.spec().control_dt, {choice.trace}};
  LinePlotOptions options;
  options.height = 100 * state.ui_scale;
  options.from_data = true;
  options.x_span = plot.dx * kTrace;
  LinePlot("trace", plot, options);
  ImGui::TextDisabled("%s", choice.trace.name.c_str());
}

}  // namespace sinew::viewer
