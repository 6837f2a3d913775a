#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/task.h"
#include "viewer/session/history.h"

namespace sinew::viewer {

/// One curve of a plot.
struct Series {
  std::string name;
  std::vector<float> values;  // one per frame of the plot
  std::vector<double> x{};    // where they lie; empty: evenly, as the plot says
  bool wide = false;          // drawn below the others and wider, where they may cover it
};

/// Curves over the shown part of the episode under the history's cursor; sample i is at x0 + i *
/// dx.
struct PlotData {
  double x0 = 0, dx = 1;  // [s]
  std::vector<Series> series;
};

/// A plot of areas, without samples yet: series 2k and 2k + 1 are the lower and upper edge of what
/// `names[k]` stands for.
PlotData StackedPlotOf(std::span<const std::string> names, double x0, double dx);
/// Adds one sample: each value on top of the ones before it that have its sign, so that the outer
/// edges are the sums of what is gained and of what is lost.
void AddStacked(std::span<const double> values, PlotData* plot);

/// The most samples a plot shows: the newest ones of the episode.
inline constexpr int kPlotSamples = 400;

/// Every reward term of the spec and, where there is more than one, their "total"; begins at the
/// episode's first step.
PlotData RewardPlot(const History& history, const spec::TaskSpec& spec);
/// The same without "total", as areas on top of each other.
PlotData StackedRewardPlot(const History& history, const spec::TaskSpec& spec);
/// The distance to the goal [m]; no series for a task without one.
PlotData GoalDistancePlot(const History& history, const spec::TaskSpec& spec);
/// V, Q, and the discounted return that was really earned from each step on as far as the episode
/// is kept, frames behind the cursor included. No series without a critic.
PlotData ValuePlot(const History& history, const spec::TaskSpec& spec, double gamma);
/// Sum over the episode so far of each term, in the order of RewardPlot's series. Frames that the
/// history has dropped are missing from the terms, never from the total.
std::vector<double> RewardSums(const History& history, const spec::TaskSpec& spec);

/// One actuator for the torque panel.
struct JointLoad {
  std::string joint;
  double intent = 0;       // as the policy meant it
  double action = 0;       // as it was applied: late, disturbed, or by hand
  double torque = 0;       // that MuJoCo applied [N·m, of slides N]
  double limit = 0;        // larger of the two torque limits; infinite where there is none
  bool saturated = false;  // at or beyond the end of its range
  double command = 0;      // what the action asks for [unit]
  std::string unit{}, torque_unit{};
  bool servo = false;  // the command is a target
};
std::vector<JointLoad> JointLoads(const Frame& frame, const spec::TaskSpec& spec);

/// One observation for the observation panel.
struct ObservationRow {
  std::string name, unit;
  double value = 0;                    // raw
  std::optional<double> normalised{};  // as the network sees it
  bool clipped = false;                // at the normaliser's bound
  std::optional<double> place{};       // within the training range: 0 its low end, 1 its high
  bool out_of_range() const { return place && (*place < 0 || *place > 1); }
};
std::vector<ObservationRow> ObservationRows(const Frame& frame, const spec::TaskSpec& spec);

/// Round numbers that divide [low, high] into about `count` parts, for axis labels.
std::vector<double> AxisTicks(double low, double high, int count);

}  // namespace sinew::viewer
