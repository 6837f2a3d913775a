#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "sim/step/warnings.h"
#include "spec/task_spec.h"
#include "training/evaluation/evaluation.h"

namespace sinew::training {

/// What a finished, or interrupted, training run amounts to.
struct TrainSummary {
  bool interrupted = false;
  int64_t env_steps = 0, updates = 0;
  double wall_seconds = 0;  // all parts of a resumed run together, evaluations included
  Evaluation evaluation;    // of the final policy; empty if interrupted
  bool has_best = false;    // false: no evaluation on the way was free of diverged episodes
  double best_mean = 0;     // of the evaluations on the way

  int64_t diverged = 0;         // training episodes
  std::string divergence;       // of the first of them in this part of the run
  sim::WarningCounts warnings;  // of MuJoCo in training, in this part of the run
  bool ever_succeeded = false;  // in an evaluation, by the task's own criterion
  double reward_low = std::numeric_limits<double>::infinity();  // of all training steps
  double reward_high = -std::numeric_limits<double>::infinity();
  std::map<std::string, double> baselines{};  // mean return of "zero" and "random"; may be empty
};

/// What a person should know about a finished run before they trust it, a line each: divergence,
/// warnings, and a goal or a reward that never said anything. Empty where all is well.
std::vector<std::string> ThingsToKnow(const TrainSummary& summary, const spec::TaskSpec& task);

/// What helps against a divergence, behind a text that ends in its joint's name.
inline constexpr const char* kAgainstDivergence =
    "give that joint damping or an armature, the model a smaller timestep, or its actuators less "
    "torque";

}  // namespace sinew::training
