#pragma once

#include <imgui/imgui.h>

#include <span>
#include <string>

#include "viewer/session/series.h"

namespace sinew::viewer {

/// A horizontal line across a plot, with its name at the right end.
struct PlotMark {
  double value;
  std::string name;
};

struct LinePlotOptions {
  float height = 120;      // [pixel]
  double x_span = 1;       // the x axis is at least this long [s]
  bool from_zero = false;  // the y axis begins at 0
  bool from_data = false;  // the y axis need not show 0
  const char* x_unit = " s";
  std::span<const PlotMark> marks{};
};

/// Draws curves with axes and tick labels, and values under the pointer. A series named "total"
/// lies below the others, wider, in the colour of text.
/// @return the index of the sample under the pointer, or -1.
int LinePlot(const char* id, const PlotData& plot, const LinePlotOptions& options);

/// Draws areas between the edges that StackedRewardPlot gives, with the axes of LinePlot.
void StackedPlot(const char* id, const PlotData& plot, const LinePlotOptions& options);

/// A share of the window's height, but at least `least` pixels: plots grow with the window.
float PlotHeight(float share, float least);

/// Colour of series `index` of a plot.
ImVec4 SeriesColour(const PlotData& plot, size_t index);

}  // namespace sinew::viewer
