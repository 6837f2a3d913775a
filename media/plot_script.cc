#include "media/plot_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "media/gnuplot.h"

namespace sinew::media {
namespace {

// Seven colours that people with colour blindness tell apart: Okabe and Ito 2008, "Color universal
// design", without the yellow, which is too light for a line on white.
constexpr std::array<const char*, 7> kPalette{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                              "#E69F00", "#56B4E9", "#000000"};
constexpr const char* kInk = "#333333";
constexpr const char* kGrid = "#E3E6EA";

// sizes of letters and lines are given for a picture of this width, and grow with it [pixel]
constexpr double kDesignWidth = 800;
constexpr double kLetterWidth = 7.5;  // of the font, on the average [pixel]
constexpr double kKeyWidth = 62;      // of a legend without its words [pixel]
constexpr size_t kMaxLegendLetters = 36;

using Range = std::pair<double, double>;

void Widen(const std::vector<double>& values, Range* range) {
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    range->first = std::min(range->first, value);
    range->second = std::max(range->second, value);
  }
}

Range EmptyRange() {
  const double infinity = std::numeric_limits<double>::infinity();
  return {infinity, -infinity};
}

Range XRange(std::span<const Panel> panels) {
  Range range = EmptyRange();
  for (const Panel& panel : panels) {
    for (const Curve& curve : panel.curves) Widen(curve.x, &range);
  }
  if (range.first == range.second) range.second += std::max(1.0, std::abs(range.first));
  return range;
}

Range YRange(const Panel& panel) {
  Range range = panel.range.value_or(EmptyRange());
  for (const Curve& curve : panel.curves) {
    if (panel.range) break;
    Widen(curve.y, &range);
    Widen(curve.low, &range);
    Widen(curve.high, &range);
  }
  if (range.first > range.second) range = {0, 1};
  // a line along the edge of the range is drawn in its full width
  const double span = range.second - range.first;
  const double margin = span > 0 ? 0.04 * span : std::max(1e-3, 0.1 * std::abs(range.first));
  return {range.first - margin, range.second + margin};
}

// The legend must leave room for the data: what is longer ends in an ellipsis. Counts and cuts
// whole UTF-8 characters.
size_t Letters(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
}

std::string Shortened(const std::string& label) {
  if (Letters(label) <= kMaxLegendLetters) return label;
  size_t end = 0;
  for (size_t letters = 0; end < label.size(); ++end) {
    if ((label[end] & 0xC0) != 0x80 && letters++ == kMaxLegendLetters - 1) break;
  }
  return label.substr(0, end) + "\u2026";
}

std::vector<std::string> DistinctLabels(std::span<const Panel> panels) {
  std::vector<std::string> labels;
  for (const Panel& panel : panels) {
    for (const Curve& curve : panel.curves) {
      if (std::ranges::find(labels, curve.label) == labels.end()) labels.push_back(curve.label);
    }
  }
  return labels;
}

// 20000 -> "20k", 1.5e6 -> "1.5M", 0.2 -> "0.2"
std::string StepLabel(double value) {
  const double size = std::abs(value);
  if (size >= 1e6) return fmt::format("{:.6g}M", value / 1e6);
  if (size >= 1e3) return fmt::format("{:.6g}k", value / 1e3);
  return fmt::format("{:.6g}", value);
}

// Ticks at 1, 2 or 5 times a power of ten, so that about `count` fit into the range.
std::string XTicks(Range range, int count, bool labelled) {
  const double rough = (range.second - range.first) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power;
  for (const double factor : {2, 5, 10}) {
    if (step < rough) step = factor * power;
  }
  std::string ticks;
  const auto last = static_cast<long>(std::floor(range.second / step + 1e-9));
  for (auto i = static_cast<long>(std::ceil(range.first / step - 1e-9)); i <= last; ++i) {
    ticks += fmt::format("{}'{}' {:.17g}", ticks.empty() ? "" : ", ",
                         labelled ? StepLabel(i * step) : "", i * step);
  }
  return ticks;
}

bool HasBand(const Curve& curve) { return !curve.low.empty(); }

// Numbers only: nothing that a caller named enters a data block.
std::string DataBlock(const std::string& name, const Curve& curve) {
  const auto number = [](double value) {
    return std::isfinite(value) ? fmt::format("{:.9g}", value) : "NaN";
  };
  std::string block = fmt::format("${} << END\n", name);
  for (size_t i = 0; i < curve.x.size(); ++i) {
    block += fmt::format("{} {}", number(curve.x[i]), number(curve.y[i]));
    if (HasBand(curve)) block += fmt::format(" {} {}", number(curve.low[i]), number(curve.high[i]));
    block += '\n';
  }
  return block + "END\n";
}

std::string Terminal(const PlotOptions& options, bool svg) {
  const double scale = options.width / kDesignWidth;
  return fmt::format(
      "set terminal {} noenhanced size {},{} font 'DejaVu Sans,{:.4g}' linewidth {:.4g} background "
      "'#ffffff'\n",
      svg ? "svg dynamic rounded" : "pngcairo rounded", options.width, options.height, 10 * scale,
      scale);
}

// Where things are, in fractions of the picture.
struct Layout {
  double scale, left, right, top, bottom, gap;
  Layout(const PlotOptions& options, size_t longest_label, bool legend) {
    scale = options.width / kDesignWidth;
    const double x = scale / options.width, y = scale / options.height;
    left = 70 * x;
    right = 1 - (legend ? kKeyWidth + kLetterWidth * longest_label : 24) * x;
    top = 1 - (options.title.empty() ? 20 : 44) * y;
    bottom = 52 * y;
    gap = 18 * y;
  }
};

// All that the panels share.
std::string Style(const PlotOptions& options, const Layout& layout, Range x) {
  std::string script = "set encoding utf8\nset multiplot\n";
  script += fmt::format("set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\n", layout.left,
                        layout.right);
  script += fmt::format(
      "set border 3 linecolor rgb '{0}' linewidth 0.8\nset tics nomirror textcolor rgb '{0}'\n",
      kInk);
  script += fmt::format("set grid back linetype 1 linecolor rgb '{}' linewidth 0.8\n", kGrid);
  script += "set tics out scale 0.4\nset style fill transparent solid 0.18 noborder\nunset key\n";
  script += fmt::format("set xrange [{:.17g}:{:.17g}]\n", x.first, x.second);
  if (!options.title.empty()) {
    script += fmt::format(
        "set label 1 {} at screen {:.5f},{:.5f} left font ',{:.4g}' textcolor rgb '{}'\n",
        GnuplotQuoted(options.title), layout.left, 1 - 22 * layout.scale / options.height,
        13 * layout.scale, kInk);
  }
  return script;
}

std::string Stroke(size_t color) {
  // after the last colour the palette starts again with dashes
  static constexpr std::array<const char*, 3> kDashes{"solid", "(10,9)", "(3,7)"};
  return fmt::format("linecolor rgb '{}' dashtype {}", kPalette[color % kPalette.size()],
                     kDashes[color / kPalette.size() % kDashes.size()]);
}

// Bands first, so that no line disappears under one. Legend entries come last, one per label.
std::string PlotCommand(const Panel& panel, size_t index, const std::vector<std::string>& labels,
                        bool legend) {
  std::vector<std::string> parts{"NaN notitle"};  // gnuplot wants at least one
  const auto color = [&](const Curve& c) {
    return std::ranges::find(labels, c.label) - labels.begin();
  };
  for (size_t i = 0; i < panel.curves.size(); ++i) {
    if (!HasBand(panel.curves[i])) continue;
    parts.push_back(fmt::format("$P{}C{} using 1:3:4 with filledcurves {} notitle", index, i,
                                Stroke(color(panel.curves[i]))));
  }
  for (size_t i = 0; i < panel.curves.size(); ++i) {
    const Curve& curve = panel.curves[i];
    if (curve.x.empty()) continue;
    const char* form = curve.x.size() == 1 ? "points pointtype 7" : "lines";
    parts.push_back(fmt::format("$P{}C{} using 1:2 with {} linewidth 2.2 {} notitle", index, i,
                                form, Stroke(color(curve))));
  }
  for (size_t i = 0; legend && i < labels.size(); ++i) {
    parts.push_back(fmt::format("NaN with lines linewidth 2.6 {} title {}", Stroke(i),
                                GnuplotQuoted(Shortened(labels[i]))));
  }
  std::string command = "plot ";
  for (size_t i = 0; i < parts.size(); ++i) command += (i ? ", " : "") + parts[i];
  return command + "\n";
}

std::string PanelScript(std::span<const Panel> panels, size_t index, const PlotOptions& options,
                        const Layout& layout, Range x, const std::vector<std::string>& labels,
                        bool legend) {
  const Panel& panel = panels[index];
  // the first panel is twice as high as each of the others
  const double unit =
      (layout.top - layout.bottom - layout.gap * (panels.size() - 1)) / (panels.size() + 1);
  const double top = index == 0 ? layout.top : layout.top - (index + 1) * unit - index * layout.gap;
  const double bottom = top - (index == 0 ? 2 : 1) * unit;
  std::string script;
  for (size_t i = 0; i < panel.curves.size(); ++i) {
    script += DataBlock(fmt::format("P{}C{}", index, i), panel.curves[i]);
  }
  script +=
      fmt::format("set tmargin at screen {:.5f}\nset bmargin at screen {:.5f}\n", top, bottom);
  const Range y = YRange(panel);
  script += fmt::format("set yrange [{:.17g}:{:.17g}]\n", y.first, y.second);
  // at a fixed place, so that the panels' labels stand below each other whatever the width of their
  // numbers
  script += fmt::format(
      "set label 2 {} at screen {:.5f},{:.5f} center rotate by 90 textcolor rgb '{}'\n",
      GnuplotQuoted(panel.ylabel), 14 * layout.scale / options.width, (top + bottom) / 2, kInk);
  const bool last = index + 1 == panels.size();
  script += fmt::format("set xtics ({})\n", XTicks(x, 8, last));
  if (last) {
    script +=
        fmt::format("set xlabel {} textcolor rgb '{}'\n", GnuplotQuoted(options.xlabel), kInk);
  }
  if (legend) {
    script += fmt::format(
        "set key at screen {:.5f},{:.5f} left top Left reverse samplen 1.6 spacing 1.35 textcolor "
        "rgb '{}'\n",
        layout.right + 10 * layout.scale / options.width, top, kInk);
  }
  script += PlotCommand(panel, index, labels, legend);
  return script + "unset key\nunset label\n";
}

}  // namespace

std::string PlotScript(std::span<const Panel> panels, const PlotOptions& options, bool svg) {
  const std::vector<std::string> labels = DistinctLabels(panels);
  const bool legend = labels.size() > 1 || (labels.size() == 1 && !labels[0].empty());
  size_t longest = 0;
  for (const std::string& label : labels) longest = std::max(longest, Letters(Shortened(label)));
  const Layout layout(options, longest, legend);
  const Range x = XRange(panels);
  std::string script = Terminal(options, svg) + Style(options, layout, x);
  for (size_t i = 0; i < panels.size(); ++i) {
    script += PanelScript(panels, i, options, layout, x, labels, legend && i == 0);
  }
  return script + "unset multiplot\n";
}

}  // namespace sinew::media
