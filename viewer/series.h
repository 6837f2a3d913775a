#pragma once

#include <string>
#include <vector>

#include "sim/task.h"
#include "viewer/history.h"

namespace sinew::viewer {

/// One curve of a plot.
struct Series {
  std::string name;
  std::vector<float> values;  // one per frame of the plot
};

/// Curves over the shown part of the episode under the history's cursor; sample i is at x0 + i *
/// dx.
struct PlotData {
  double x0 = 0, dx = 1;  // [s]
  std::vector<Series> series;
};

/// The most samples a plot shows: the newest ones of the episode.
inline constexpr int kPlotSamples = 400;

/// Every reward term of the spec and, where there is more than one, their "total"; begins at the
/// episode's first step.
PlotData RewardPlot(const History& history, const sim::TaskSpec& spec);
/// The distance to the goal [m]; no series for a task without one.
PlotData GoalDistancePlot(const History& history, const sim::TaskSpec& spec);
/// Sum over the episode so far of each term, in the order of RewardPlot's series. Frames that the
/// history has dropped are missing from the terms, never from the total.
std::vector<double> RewardSums(const History& history, const sim::TaskSpec& spec);

/// One actuator for the torque panel.
struct JointLoad {
  std::string joint;
  double action = 0;       // as the policy gave it
  double torque = 0;       // [N·m]
  double limit = 0;        // larger of the two torque limits [N·m]
  bool saturated = false;  // at or beyond the end of its range
};
std::vector<JointLoad> JointLoads(const Frame& frame, const sim::TaskSpec& spec);

/// Round numbers that divide [low, high] into about `count` parts, for axis labels.
std::vector<double> AxisTicks(double low, double high, int count);

}  // namespace sinew::viewer
