#include <fmt/format.h>
#include <imgui/imgui.h>

#include <algorithm>
#include <string>
#include <vector>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/line_plot.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/session/series.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

void Plot(const TrainingCurve& curve, float height) {
  PlotData plot;
  plot.x0 = 0;
  plot.dx = 1;
  plot.series.push_back({curve.name, {curve.values.begin(), curve.values.end()}, curve.steps});
  LinePlotOptions options;
  options.height = height;
  options.x_span = 1;
  options.from_data = true;
  options.x_unit = "";
  LinePlot(curve.name.c_str(), plot, options);
}

}  // namespace

void DrawCurvePanel(ViewerState& state) {
  const auto curves = state.training->curves();
  if (curves.empty()) {
    ImGui::TextDisabled("nothing has been logged yet");
    return;
  }
  const float height = PlotHeight(0.1f, 86 * state.ui_scale);
  for (const TrainingCurve& curve : curves) {
    if (curve.values.empty()) continue;
    ImGui::TextUnformatted(curve.name.c_str());
    ImGui::SameLine();
    TextRight(fmt::format("{:.5g}", curve.values.back()));
    Plot(curve, height);
  }
}

}  // namespace sinew::viewer
