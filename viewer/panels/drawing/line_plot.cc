#include "viewer/panels/drawing/line_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "viewer/window/theme.h"

namespace sinew::viewer {
namespace {

ImU32 Colour(const ImVec4& colour, float alpha = 1) {
  return ImGui::ColorConvertFloat4ToU32({colour.x, colour.y, colour.z, colour.w * alpha});
}

// maps values to pixels of the plot's inner rectangle
struct Axes {
  double x_low, x_high, y_low, y_high;
  ImVec2 top_left, bottom_right;

  float X(double x) const {
    return top_left.x +
           static_cast<float>((x - x_low) / (x_high - x_low)) * (bottom_right.x - top_left.x);
  }
  float Y(double y) const {
    return bottom_right.y -
           static_cast<float>((y - y_low) / (y_high - y_low)) * (bottom_right.y - top_left.y);
  }
};

// where sample `i` of a series lies
double At(const PlotData& plot, size_t series, size_t i) {
  const auto& x = plot.series[series].x;
  return x.empty() ? plot.x0 + static_cast<double>(i) * plot.dx : x[i];
}

bool IsTotal(const PlotData& plot, size_t index) { return plot.series[index].name == "total"; }
bool IsWide(const PlotData& plot, size_t index) {
  return IsTotal(plot, index) || plot.series[index].wide;
}

std::string TickLabel(double value) {
  if (std::abs(value) < 1e-12) return "0";
  if (std::abs(value) >= 1e6) return fmt::format("{:.4g}M", 1e-6 * value);
  if (std::abs(value) >= 1e4) return fmt::format("{:.4g}k", 1e-3 * value);
  return fmt::format("{:.4g}", value);
}

void FitY(const PlotData& plot, const LinePlotOptions& options, Axes* axes) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  const auto include = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const Series& series : plot.series) {
    for (const float value : series.values) include(value);
  }
  if (!options.from_data || !std::isfinite(low)) include(0);
  for (const PlotMark& mark : options.marks) include(mark.value);
  if (!(high > low)) high = low + 1;
  const double margin = 0.06 * (high - low);
  axes->y_low = options.from_zero ? 0 : low - margin;
  axes->y_high = high + margin;
}

void DrawGrid(ImDrawList* list, const Axes& axes, const char* x_unit) {
  const float line = ImGui::GetTextLineHeight();
  const int rows =
      std::max(2, static_cast<int>((axes.bottom_right.y - axes.top_left.y) / (2.2f * line)));
  auto ticks = AxisTicks(axes.y_low, axes.y_high, rows);
  // one number alone tells no scale
  if (ticks.size() < 2) ticks = AxisTicks(axes.y_low, axes.y_high, 2 * rows);
  for (const double y : ticks) {
    const float at = axes.Y(y);
    list->AddLine({axes.top_left.x, at}, {axes.bottom_right.x, at},
                  Colour(theme::kLine, std::abs(y) < 1e-12 ? 1.0f : 0.45f));
    const std::string label = TickLabel(y);
    const ImVec2 size = ImGui::CalcTextSize(label.c_str());
    list->AddText({axes.top_left.x - size.x - 0.4f * line, at - 0.5f * size.y},
                  Colour(theme::kMuted), label.c_str());
  }
  const int columns =
      std::max(2, static_cast<int>((axes.bottom_right.x - axes.top_left.x) / (4 * line)));
  for (const double x : AxisTicks(axes.x_low, axes.x_high, columns)) {
    const float at = axes.X(x);
    list->AddLine({at, axes.bottom_right.y}, {at, axes.bottom_right.y + 0.2f * line},
                  Colour(theme::kLine));
    const std::string label = TickLabel(x) + x_unit;
    const ImVec2 size = ImGui::CalcTextSize(label.c_str());
    if (at + 0.5f * size.x > axes.bottom_right.x + 0.5f * line) continue;
    list->AddText({at - 0.5f * size.x, axes.bottom_right.y + 0.3f * line}, Colour(theme::kMuted),
                  label.c_str());
  }
}

void DrawMarks(ImDrawList* list, const Axes& axes, std::span<const PlotMark> unsorted) {
  const float line = ImGui::GetTextLineHeight();
  // from the top, so that names that have to share a height take the higher one
  std::vector<PlotMark> marks(unsorted.begin(), unsorted.end());
  std::ranges::sort(marks, std::greater<>(), &PlotMark::value);
  float right = axes.bottom_right.x, last_y = -1e9f;
  for (const PlotMark& mark : marks) {
    const float y = axes.Y(mark.value);
    for (float x = axes.top_left.x; x < axes.bottom_right.x; x += 0.6f * line) {
      list->AddLine({x, y}, {std::min(x + 0.3f * line, axes.bottom_right.x), y},
                    Colour(theme::kGood, 0.8f));
    }
    // names of lines that lie close together stand side by side
    const ImVec2 size = ImGui::CalcTextSize(mark.name.c_str());
    if (std::abs(y - last_y) > size.y) right = axes.bottom_right.x;
    right -= size.x + 0.5f * line;
    list->AddText(
        {right, std::min(y, last_y > 0 && std::abs(y - last_y) <= size.y ? last_y : y) - size.y},
        Colour(theme::kGood), mark.name.c_str());
    last_y = y;
  }
}

void DrawCurve(ImDrawList* list, const Axes& axes, const PlotData& plot, size_t index,
               float width) {
  const auto& values = plot.series[index].values;
  std::vector<ImVec2> points;
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) points.push_back({axes.X(At(plot, index, i)), axes.Y(values[i])});
  }
  const ImU32 colour = Colour(SeriesColour(plot, index));
  if (points.size() == 1) list->AddCircleFilled(points[0], 1.5f * width, colour);
  list->AddPolyline(points.data(), static_cast<int>(points.size()), colour, 0, width);
}

void DrawCurves(ImDrawList* list, const Axes& axes, const PlotData& plot) {
  const float width = 0.1f * ImGui::GetTextLineHeight();
  // the total below the terms and wider, so that a term that makes up nearly all of it can be seen
  for (size_t k = 0; k < plot.series.size(); ++k) {
    if (IsWide(plot, k)) DrawCurve(list, axes, plot, k, 2.2f * width);
  }
  for (size_t k = 0; k < plot.series.size(); ++k) {
    if (!IsWide(plot, k)) DrawCurve(list, axes, plot, k, width);
  }
}

int NearestSample(const PlotData& plot, double x) {
  const auto& series = plot.series[0];
  const int last = static_cast<int>(series.values.size()) - 1;
  if (series.x.empty()) {
    return std::clamp(static_cast<int>(std::lround((x - plot.x0) / plot.dx)), 0, last);
  }
  const auto next = std::ranges::lower_bound(series.x, x);
  int index = std::min(static_cast<int>(next - series.x.begin()), last);
  if (index > 0 && x - series.x[index - 1] < series.x[index] - x) --index;
  return index;
}

// `edges`: two series are the lower and upper edge of one value
int HoveredSample(ImDrawList* list, const Axes& axes, const PlotData& plot, const char* x_unit,
                  bool edges) {
  if (!ImGui::IsItemHovered() || plot.series.empty() || plot.series[0].values.empty()) return -1;
  const float fraction =
      (ImGui::GetIO().MousePos.x - axes.top_left.x) / (axes.bottom_right.x - axes.top_left.x);
  const int sample = NearestSample(plot, axes.x_low + fraction * (axes.x_high - axes.x_low));
  const double x = At(plot, 0, sample);
  const float at = axes.X(x);
  list->AddLine({at, axes.top_left.y}, {at, axes.bottom_right.y}, Colour(theme::kAccent, 0.7f));
  ImGui::BeginTooltip();
  ImGui::TextDisabled("%.6g%s", x, x_unit);
  for (size_t k = edges ? 1 : 0; k < plot.series.size(); k += edges ? 2 : 1) {
    const Series& series = plot.series[k];
    if (static_cast<size_t>(sample) >= series.values.size()) continue;
    ImGui::TextColored(edges ? theme::Curve(k / 2) : SeriesColour(plot, k), "%s",
                       series.name.c_str());
    ImGui::SameLine();
    const float below = edges ? plot.series[k - 1].values[sample] : 0;
    ImGui::Text("%.4g", series.values[sample] - below);
  }
  ImGui::EndTooltip();
  return sample;
}

// the plot's background, and its axes for the data
Axes BeginPlot(const char* id, const PlotData& plot, const LinePlotOptions& options) {
  const float line = ImGui::GetTextLineHeight();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const ImVec2 size{ImGui::GetContentRegionAvail().x, options.height};
  ImGui::InvisibleButton(id, size);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 end{origin.x + size.x, origin.y + size.y};
  list->AddRectFilled(origin, end, Colour(theme::kBackground), ImGui::GetStyle().FrameRounding);

  Axes axes;
  // room for "-0.0005" at the left and the time labels below
  axes.top_left = {origin.x + 3.6f * line, origin.y + 0.5f * line};
  axes.bottom_right = {end.x - 0.7f * line, end.y - 1.5f * line};
  const size_t samples = plot.series.empty() ? 0 : plot.series[0].values.size();
  axes.x_low = plot.x0;
  axes.x_high = plot.x0 + std::max(options.x_span, plot.dx * static_cast<double>(samples));
  for (const Series& series : plot.series) {
    if (!series.x.empty()) axes.x_high = std::max(axes.x_low + options.x_span, series.x.back());
  }
  FitY(plot, options, &axes);
  DrawGrid(list, axes, options.x_unit);
  return axes;
}

}  // namespace

ImVec4 SeriesColour(const PlotData& plot, size_t index) {
  return IsTotal(plot, index) ? theme::kText : theme::Curve(index);
}

float PlotHeight(float share, float least) {
  return std::max(least, share * ImGui::GetIO().DisplaySize.y);
}

int LinePlot(const char* id, const PlotData& plot, const LinePlotOptions& options) {
  const Axes axes = BeginPlot(id, plot, options);
  ImDrawList* list = ImGui::GetWindowDrawList();
  DrawMarks(list, axes, options.marks);
  DrawCurves(list, axes, plot);
  return HoveredSample(list, axes, plot, options.x_unit, false);
}

void StackedPlot(const char* id, const PlotData& plot, const LinePlotOptions& options) {
  const Axes axes = BeginPlot(id, plot, options);
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (size_t k = 0; k + 1 < plot.series.size(); k += 2) {
    const auto &lower = plot.series[k].values, &upper = plot.series[k + 1].values;
    const ImU32 colour = Colour(theme::Curve(k / 2), 0.8f);
    // a step keeps its reward for its whole duration
    for (size_t i = 0; i < upper.size(); ++i) {
      const float left = axes.X(At(plot, k, i)), right = axes.X(At(plot, k, i) + plot.dx);
      const float top = axes.Y(std::max(lower[i], upper[i]));
      list->AddRectFilled({left, top}, {right, axes.Y(std::min(lower[i], upper[i]))}, colour);
    }
  }
  HoveredSample(list, axes, plot, options.x_unit, true);
}

}  // namespace sinew::viewer
