#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sinew::media {

/// A line with an optional band around it: a mean or interquartile mean and its confidence
/// interval.
struct Curve {
  std::string label;
  std::vector<double> x, y;       // [n]; non-finite values leave a gap
  std::vector<double> low, high;  // [n], or both empty: no band
};

/// One coordinate system. Curves of equal label have the same colour in all panels of a plot.
struct Panel {
  std::string ylabel;
  std::vector<Curve> curves;
  std::optional<std::pair<double, double>> range;  // of y; none: what the data needs
};

struct PlotOptions {
  std::string title = "";
  std::string xlabel = "environment steps";
  int width = 1200, height = 800;  // [pixel] of a PNG; lettering grows with the width
};

/// Draws panels below each other over one x axis, with a legend beside them, through a gnuplot
/// process. Written atomically. Labels are plain text: whatever is in them is shown, nothing is
/// interpreted.
/// @throws UserError for a name that ends in neither .png nor .svg, a missing folder, a size out of
/// range or curves without a finite point; Error if the lengths of a curve's vectors differ, if
/// gnuplot is not installed or fails, or if the disk is full.
void PlotPanels(std::span<const Panel> panels, const PlotOptions& options,
                const std::filesystem::path& out);

/// The same with a single panel.
void PlotCurves(std::span<const Curve> curves, const std::string& ylabel,
                const PlotOptions& options, const std::filesystem::path& out);

}  // namespace sinew::media
