#include <fmt/format.h>
#include <imgui/imgui.h>

#include <algorithm>
#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/line_plot.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

constexpr double kLeastEpisodes = 10;  // that the plot has room for

void Tooltip(const EpisodeRow& row, const spec::TaskSpec& spec) {
  ImGui::BeginTooltip();
  ImGui::TextDisabled(
      "%s", fmt::format("{}{}, {}", row.end, row.pushed ? ", pushed" : "", row.policy).c_str());
  for (size_t k = 0; k < row.terms.size(); ++k) {
    ImGui::Text("%s  %s", spec.reward_terms[k].name.c_str(), FixedText(row.terms[k], 3).c_str());
  }
  ImGui::EndTooltip();
}

}  // namespace

void DrawEpisodePanel(ViewerState& state) {
  const auto& rows = state.session.episodes().rows();
  const auto& spec = state.session.spec();
  if (rows.empty()) {
    ImGui::TextDisabled("no episode has ended yet");
    return;
  }
  double sum = 0;
  int successes = 0;
  for (const EpisodeRow& row : rows) {
    sum += row.episode_return;
    successes += row.success;
  }
  const auto count = static_cast<double>(rows.size());
  std::string text =
      fmt::format("{} {}, mean return {}", rows.size(), rows.size() == 1 ? "episode" : "episodes",
                  FixedText(sum / count, 3));
  if (!spec.success.empty()) text += fmt::format(", success {:.0f} %", 100 * successes / count);
  ImGui::TextUnformatted(text.c_str());
  if (rows.size() > 1) {
    LinePlotOptions options;
    options.height = PlotHeight(0.1f, 84 * state.ui_scale);
    options.x_span = kLeastEpisodes;
    options.x_unit = "";
    StackedPlot("terms", state.session.episodes().Plot(spec), options);
  }
  const int shown = static_cast<int>(std::min<size_t>(rows.size(), 8));
  const int flags =
      ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollY | ImGuiTableFlags_SizingStretchProp;
  if (ImGui::BeginTable("episodes", 4, flags, {0, ListHeight(shown + 1)})) {
    ImGui::TableSetupScrollFreeze(0, 1);
    for (const char* title : {"episode", "steps", "return", "end"}) {
      ImGui::TableNextColumn();
      TitleRight(title);
    }
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      ImGui::TableNextColumn();
      TextRight(std::to_string(row->episode));
      if (ImGui::IsItemHovered()) Tooltip(*row, spec);
      ImGui::TableNextColumn();
      TextRight(std::to_string(row->steps));
      ImGui::TableNextColumn();
      TextRight(FixedText(row->episode_return, 3));
      if (ImGui::IsItemHovered()) Tooltip(*row, spec);
      ImGui::TableNextColumn();
      ImGui::PushStyleColor(ImGuiCol_Text, row->success ? theme::kGood : theme::kMuted);
      TextRight(row->success ? "success" : row->end);
      ImGui::PopStyleColor();
    }
    ImGui::EndTable();
  }
  if (ImGui::SmallButton("copy as CSV")) {
    ImGui::SetClipboardText(state.session.episodes().Csv(spec).c_str());
  }
}

}  // namespace sinew::viewer
