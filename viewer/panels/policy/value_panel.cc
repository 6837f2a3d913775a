#include <imgui/imgui.h>

#include <algorithm>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/line_plot.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/session/series.h"
#include "viewer/window/state.h"

namespace sinew::viewer {

void DrawValuePanel(ViewerState& state) {
  const auto& spec = state.session.spec();
  const double gamma = state.session.value_function()->gamma();
  const PlotData plot = ValuePlot(state.session.history(), spec, gamma);
  LinePlotOptions options;
  options.height = PlotHeight(0.13f, 104 * state.ui_scale);
  options.x_span = spec.control_dt * std::min(spec.time_limit, kPlotSamples);
  options.from_data = true;
  LinePlot("value plot", plot, options);
  for (size_t k = 0; k < plot.series.size(); ++k) {
    const Series& series = plot.series[k];
    Swatch(SeriesColour(plot, k));
    const double now = series.values.empty() ? 0 : series.values.back();
    ImGui::Text("%s %s", series.name.c_str(), FixedText(now, 3).c_str());
    if (k + 1 < plot.series.size()) ImGui::SameLine(0, ImGui::GetTextLineHeight());
  }
  ImGui::TextDisabled("discount %.3g", gamma);
  if (ImGui::IsItemHovered()) {
    ImGui::SetTooltip(
        "V and Q: what the critic expects from here on;\nearned: the discounted return as far as "
        "the episode is kept");
  }
}

}  // namespace sinew::viewer
