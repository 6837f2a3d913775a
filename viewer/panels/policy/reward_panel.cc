#include <imgui/imgui.h>

#include <algorithm>
#include <vector>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/line_plot.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/session/series.h"
#include "viewer/window/state.h"
#include "viewer/window/theme.h"

namespace sinew::viewer {
namespace {

// the legend is the table of values: term, now, sum
void Table(const PlotData& plot, const std::vector<double>& sums, const spec::TaskSpec& spec) {
  if (!ImGui::BeginTable("terms", 3, ImGuiTableFlags_SizingStretchProp)) return;
  ImGui::TableSetupColumn("term", 0, 2.0f);
  ImGui::TableSetupColumn("now", 0, 1.1f);
  ImGui::TableSetupColumn("episode", 0, 1.1f);
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::PushStyleColor(ImGuiCol_Text, theme::kMuted);
  ImGui::TextUnformatted("term");
  for (const char* title : {"now", "episode"}) {
    ImGui::TableNextColumn();
    TextRight(title);
  }
  ImGui::PopStyleColor();
  for (size_t k = 0; k < plot.series.size(); ++k) {
    const Series& series = plot.series[k];
    ImGui::TableNextColumn();
    Swatch(SeriesColour(plot, k));
    ImGui::TextUnformatted(series.name.c_str());
    if (ImGui::IsItemHovered() && k < spec.reward_terms.size()) {
      ImGui::SetTooltip("%s", spec.reward_terms[k].help.c_str());
    }
    ImGui::TableNextColumn();
    TextRight(FixedText(series.values.empty() ? 0 : series.values.back(), 4));
    ImGui::TableNextColumn();
    TextRight(FixedText(sums[k], 3));
  }
  ImGui::EndTable();
}

}  // namespace

void DrawRewardPanel(ViewerState& state) {
  const auto& spec = state.session.spec();
  const PlotData plot = RewardPlot(state.session.history(), spec);
  LinePlotOptions options;
  options.height = PlotHeight(0.19f, 170 * state.ui_scale);
  options.x_span = spec.control_dt * std::min(spec.time_limit, kPlotSamples);
  if (state.stacked_rewards) {
    StackedPlot("reward plot", StackedRewardPlot(state.session.history(), spec), options);
  } else {
    LinePlot("reward plot", plot, options);
  }
  ImGui::Checkbox("stacked", &state.stacked_rewards);
  Table(plot, RewardSums(state.session.history(), spec), spec);
}

}  // namespace sinew::viewer
