#include <algorithm>
#include <vector>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/line_plot.h"
#include "viewer/session/series.h"
#include "viewer/window/state.h"

namespace sinew::viewer {

void DrawDistancePanel(ViewerState& state) {
  const auto& spec = state.session.spec();
  std::vector<PlotMark> marks;
  for (const auto& criterion : spec.success) marks.push_back({criterion.tolerance, criterion.name});
  LinePlotOptions options;
  options.height = PlotHeight(0.13f, 110 * state.ui_scale);
  options.x_span = spec.control_dt * std::min(spec.time_limit, kPlotSamples);
  options.from_zero = true;
  options.marks = marks;
  LinePlot("distance plot", GoalDistancePlot(state.session.history(), spec), options);
  ImGui::TextDisabled("now");
  ImGui::SameLine();
  ImGui::Text("%.4f m", state.session.frame().goal_distance);
}

}  // namespace sinew::viewer
