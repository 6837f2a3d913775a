#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "training/evaluation/statistics.h"
#include "training/run/run_folder.h"

namespace sinew::training {

/// One line of a run's eval.jsonl.
struct EvaluationPoint {
  int64_t step = 0;
  double mean = 0;  // of the episode return
  Interval ci95;
  std::optional<double> success_rate{};  // empty for a task without a success criterion
  Interval success_ci95{};
  int64_t diverged = 0;  // episodes
};

/// The evaluations of one run, in the order of their steps.
struct RunCurve {
  std::string task, agent;
  std::vector<EvaluationPoint> points;
  std::map<std::string, double> baselines{};  // see RunManifest
};

/// Reads a run folder that may still be growing: an unfinished last line is left out.
/// @throws UserError with file and line for a damaged file, and if there is no evaluation yet.
RunCurve LoadRunCurve(const RunFolder& folder);

/// A quantity over environment steps with its 95 % confidence band.
struct Band {
  std::vector<double> step, value, low, high;  // [n]
};

/// What the seeds of one task and agent say together.
struct LearningCurve {
  std::string task, agent;
  int seeds = 0;
  Band episode_return;
  Band success_rate;  // empty for a task without a success criterion
  /// Mean return of what has learned nothing, by name: of the first seed that knows it.
  std::map<std::string, double> baselines{};
};

/// Groups runs of the same task and agent, which are taken for seeds, in the order of their first
/// appearance.
///
/// At every step at which a run was evaluated: the interquartile mean over the seeds (the mean
/// below four of them) with its bootstrap interval; seeds evaluated at other steps enter by linear
/// interpolation, and not beyond their last evaluation. A single seed shows the interval that its
/// evaluation found over the episodes.
std::vector<LearningCurve> AggregateCurves(std::span<const RunCurve> runs);

}  // namespace sinew::training
