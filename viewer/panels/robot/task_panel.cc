#include <imgui/imgui.h>

#include <string>
#include <vector>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/line_plot.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

constexpr size_t kTrace = 400;  // samples of the plotted rows

void Follow(TaskTrace& trace, const spec::TaskPanel& panel, const std::vector<double>& values,
            double time, double dt) {
  if (time == trace.time) return;
  if (time < trace.time || trace.plot.series.empty()) {
    trace.plot = {time, dt, {}};
    for (const auto& row : panel.rows) {
      if (row.plotted) trace.plot.series.push_back({row.name, {}});
    }
  }
  trace.time = time;
  size_t curve = 0;
  for (size_t i = 0; i < panel.rows.size(); ++i) {
    if (!panel.rows[i].plotted) continue;
    auto& samples = trace.plot.series[curve++].values;
    samples.push_back(static_cast<float>(values[i]));
    if (samples.size() > kTrace) samples.erase(samples.begin());
  }
}

void Rows(const spec::TaskPanel& panel, const std::vector<double>& values) {
  if (!ImGui::BeginTable("rows", 3, ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp)) {
    return;
  }
  ImGui::TableSetupColumn("name", 0, 2);
  ImGui::TableSetupColumn("value", 0, 1.2f);
  ImGui::TableSetupColumn("unit", ImGuiTableColumnFlags_WidthFixed);
  size_t curve = 0;
  for (size_t i = 0; i < panel.rows.size(); ++i) {
    ImGui::TableNextColumn();
    if (panel.rows[i].plotted) Swatch(theme::Curve(curve++));
    ImGui::TextUnformatted(panel.rows[i].name.c_str());
    ImGui::TableNextColumn();
    TextRight(FixedText(values[i], 4));
    ImGui::TableNextColumn();
    ImGui::TextDisabled("%s", panel.rows[i].unit.c_str());
  }
  ImGui::EndTable();
}

}  // namespace

void DrawTaskPanels(ViewerState& state) {
  auto& traces = state.memory.task;
  const auto& panels = state.session.spec().panels;
  traces.resize(panels.size());
  const Frame& frame = state.session.frame();
  for (size_t i = 0; i < panels.size(); ++i) {
    ImGui::PushID(static_cast<int>(i));
    std::vector<double> values(panels[i].rows.size());
    state.session.task()->FillPanel(state.shown(), static_cast<int>(i), values);
    ImGui::TextColored(theme::kAccent, "%s", panels[i].title.c_str());
    Follow(traces[i], panels[i], values, frame.time, state.session.spec().control_dt);
    if (!traces[i].plot.series.empty()) {
      LinePlotOptions options;
      options.height = PlotHeight(0.12f, 100 * state.ui_scale);
      LinePlot("plot", traces[i].plot, options);
    }
    Rows(panels[i], values);
    ImGui::PopID();
  }
}

}  // namespace sinew::viewer
