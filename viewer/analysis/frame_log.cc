#include "viewer/analysis/frame_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace sinew::viewer {
namespace {

struct NamedFigure {
  const char* name;
  FrameLog::Figure figure;
};

constexpr std::array<NamedFigure, 5> kShares{{
    {"physics", [](const FrameSample& s) { return s.physics_ms; }},
    {"policy", [](const FrameSample& s) { return s.policy_ms; }},
    {"panels", [](const FrameSample& s) { return s.panels_ms; }},
    {"scene", [](const FrameSample& s) { return s.scene_ms; }},
    {"OpenGL", [](const FrameSample& s) { return s.opengl_ms; }},
}};

}  // namespace

void FrameLog::Add(const FrameSample& sample) {
  samples_.push_back(sample);
  missed_ += sample.missed;
  if (samples_.size() > kMost) samples_.pop_front();
}

FrameSample FrameLog::Mean(size_t frames) const {
  FrameSample mean;
  const size_t count = std::min(frames, samples_.size());
  for (size_t i = samples_.size() - count; i < samples_.size(); ++i) {
    const FrameSample& sample = samples_[i];
    const double share = 1.0 / static_cast<double>(count);
    mean.physics_ms += share * sample.physics_ms;
    mean.policy_ms += share * sample.policy_ms;
    mean.panels_ms += share * sample.panels_ms;
    mean.scene_ms += share * sample.scene_ms;
    mean.opengl_ms += share * sample.opengl_ms;
    mean.interval_ms += share * sample.interval_ms;
    mean.steps += sample.steps;
    mean.missed += sample.missed;
  }
  return mean;
}

double FrameLog::Quantile(Figure figure, double share) const {
  if (samples_.empty()) return 0;
  std::vector<double> values;
  for (const FrameSample& sample : samples_) values.push_back(figure(sample));
  const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(values.size())));
  const auto nth = values.begin() + static_cast<int64_t>(std::max<size_t>(rank, 1) - 1);
  std::ranges::nth_element(values, nth);
  return *nth;
}

PlotData FrameLog::Plot(size_t frames) const {
  const size_t count = std::min(frames, samples_.size());
  std::vector<std::string> names;
  for (const NamedFigure& share : kShares) names.push_back(share.name);
  PlotData plot = StackedPlotOf(names, -static_cast<double>(frames), 1);
  std::vector<double> values(kShares.size());
  for (size_t i = count; i < frames; ++i) AddStacked(values, &plot);
  for (size_t i = samples_.size() - count; i < samples_.size(); ++i) {
    std::ranges::transform(kShares, values.begin(),
                           [&](const NamedFigure& share) { return share.figure(samples_[i]); });
    AddStacked(values, &plot);
  }
  return plot;
}

std::string FrameLog::Table() const {
  int64_t steps = 0;
  double seconds = 0;
  for (const FrameSample& sample : samples_) {
    steps += sample.steps;
    seconds += 1e-3 * sample.interval_ms;
  }
  std::string text = fmt::format(
      "{} pictures in {:.1f} s ({:.1f} /s), {} control steps, {} too late\n", samples_.size(),
      seconds, static_cast<double>(samples_.size()) / seconds, steps, missed_);
  text += fmt::format("{:<24}{:>9}{:>9}{:>9}\n", "ms a picture", "median", "95 %", "most");
  const auto row = [&](const char* name, Figure figure) {
    text += fmt::format("{:<24}{:>9.3f}{:>9.3f}{:>9.3f}\n", name, Quantile(figure, 0.5),
                        Quantile(figure, 0.95), Quantile(figure, 1));
  };
  for (const NamedFigure& share : kShares) row(share.name, share.figure);
  row("drawing without OpenGL", [](const FrameSample& s) { return s.drawing_ms(); });
  row("picture to picture", [](const FrameSample& s) { return s.interval_ms; });
  return text;
}

}  // namespace sinew::viewer
