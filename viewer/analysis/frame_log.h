#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "viewer/session/series.h"

namespace sinew::viewer {

/// What went into one picture of the window.
struct FrameSample {
  double physics_ms = 0, policy_ms = 0;  // of all control steps in it
  double panels_ms = 0;                  // Dear ImGui, on the CPU
  double scene_ms = 0;                   // MuJoCo's abstract scene, on the CPU
  double opengl_ms = 0;                  // handing both to OpenGL, with the driver's share
  double interval_ms = 0;                // since the picture before
  int steps = 0;                         // control steps in it
  int missed = 0;                        // control steps that it came too late for

  /// What drawing costs outside of OpenGL.
  double drawing_ms() const { return panels_ms + scene_ms; }
};

/// The last pictures and what they took.
class FrameLog {
 public:
  static constexpr size_t kMost = 20000;
  using Figure = double (*)(const FrameSample&);

  void Add(const FrameSample& sample);
  size_t size() const { return samples_.size(); }
  int64_t missed() const { return missed_; }  // since the beginning

  /// Mean over the last `frames` pictures; zeros if there are none.
  FrameSample Mean(size_t frames) const;
  /// The value that `share` (0 to 1) of the kept pictures do not exceed; 0 if there are none.
  double Quantile(Figure figure, double share) const;
  /// The last `frames` pictures for StackedPlot: physics, policy, panels, scene, OpenGL [ms], over
  /// how many pictures ago they were; zeros before the first one.
  PlotData Plot(size_t frames) const;
  /// Median, 95 % and most of every figure, as text.
  std::string Table() const;

 private:
  std::deque<FrameSample> samples_;
  int64_t missed_ = 0;
};

}  // namespace sinew::viewer
