#pragma once

#include <span>
#include <string>

#include "media/plot.h"

namespace sinew::media {

/// The gnuplot program that draws `panels` below each other and writes the picture, PNG or SVG, to
/// standard output. The first panel is twice as high as the others. Expects curves whose vectors
/// match and at least one finite point.
std::string PlotScript(std::span<const Panel> panels, const PlotOptions& options, bool svg);

}  // namespace sinew::media
