#include "media/plot.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "core/files.h"
#include "media/gnuplot.h"
#include "media/part_file.h"
#include "media/plot_script.h"

namespace sinew::media {
namespace {

void ValidateOutput(const PlotOptions& options, const std::filesystem::path& out) {
  if (out.extension() != ".png" && out.extension() != ".svg") {
    throw UserError(fmt::format("{}: cannot plot to '{}'; valid: .png, .svg", out.string(),
                                out.extension().string()));
  }
  CheckOutputPath(out);
  if (options.width < 200 || options.width > 10000 || options.height < options.width / 4 ||
      options.height > 10000) {
    throw UserError(fmt::format(
        "plot size {}x{}: the width must be 200 to 10000, the height a quarter of it to 10000",
        options.width, options.height));
  }
}

void ValidateCurve(const Curve& curve) {
  const size_t n = curve.x.size();
  const bool band = !curve.low.empty() || !curve.high.empty();
  if (curve.y.size() != n || (band && (curve.low.size() != n || curve.high.size() != n))) {
    throw Error(fmt::format("curve '{}': x, y, low and high hold {}, {}, {} and {} numbers",
                            curve.label, n, curve.y.size(), curve.low.size(), curve.high.size()));
  }
}

bool HasFinitePoint(const Curve& curve) {
  for (size_t i = 0; i < curve.x.size(); ++i) {
    if (std::isfinite(curve.x[i]) && std::isfinite(curve.y[i])) return true;
  }
  return false;
}

}  // namespace

void PlotPanels(std::span<const Panel> panels, const PlotOptions& options,
                const std::filesystem::path& out) {
  ValidateOutput(options, out);
  bool any = false;
  for (const Panel& panel : panels) {
    for (const Curve& curve : panel.curves) {
      ValidateCurve(curve);
      any = any || HasFinitePoint(curve);
    }
  }
  if (!any) throw UserError(fmt::format("{}: nothing to plot: no finite values", out.string()));
  WriteFileAtomically(out, RunGnuplot(PlotScript(panels, options, out.extension() == ".svg")));
}

void PlotCurves(std::span<const Curve> curves, const std::string& ylabel,
                const PlotOptions& options, const std::filesystem::path& out) {
  const Panel panel{.ylabel = ylabel, .curves = {curves.begin(), curves.end()}, .range = {}};
  PlotPanels(std::span(&panel, 1), options, out);
}

}  // namespace sinew::media
