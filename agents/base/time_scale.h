#pragma once

#include <cstdint>

namespace sinew::agents {

/// What follows from how long a task's episodes are.
struct TimeScale {
  double gamma = 0.99;             // discount per control step
  int64_t learning_starts = 5000;  // environment steps before the first update
};

/// The discount looks a fifth of the episode ahead: gamma = 1 - 5 / T, within [0.95, 0.99].
/// Source: Hansen et al. 2024, arXiv:2310.16828 (TD-MPC2), appendix on hyperparameters, there up to
/// 0.995. The first five episodes are random, but no more than 5000 steps and no fewer than 500.
/// @param episode_steps  T, control steps of the longest episode; 0: not known.
TimeScale TimeScaleOf(int episode_steps);

}  // namespace sinew::agents
