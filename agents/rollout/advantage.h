#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agents/base/discounted_returns.h"
#include "models/archive.h"
#include "spec/step_result.h"

namespace sinew::agents {

/// What follows a step of a rollout.
enum class StepEnd : uint8_t {
  kContinues,   // the next step of the same episode
  kTerminated,  // nothing: its successor is worth 0
  kTruncated,   // a successor whose steps were not taken: worth its value
  kDiverged,    // no successor at all, the step itself is dropped
};

StepEnd EndOf(const spec::StepResult& result);

/// A rollout in time order, row t * num_envs + e; every span [horizon * num_envs].
struct RolloutValues {
  int num_envs = 1;
  std::span<const float> rewards;
  std::span<const float> values;       // V(s_t)
  std::span<const float> next_values;  // V of the true successor; not read behind terminal states
  std::span<const StepEnd> ends;
};

/// Generalised advantage estimate of every step, backwards through each environment's rollout:
///
///     delta_t = r_t + gamma V(s_{t+1}) - V(s_t)
///     A_t = delta_t + gamma lambda A_{t+1}
///
/// V(s_{t+1}) counts as 0 behind a terminal state and as what it is behind a truncated one; A_{t+1}
/// counts as 0 where an episode or the rollout ends, and before a diverged step, whose own
/// advantage is 0.
/// @param advantages  [horizon * num_envs].
/// Source: Schulman et al. 2015, arXiv:1506.02438, Eq. 16.
void GeneralizedAdvantage(const RolloutValues& rollout, double gamma, double lambda,
                          std::span<float> advantages);

/// Shifts and scales to mean 0 and standard deviation 1; of one value only the mean is taken away.
void Standardize(std::span<float> values);

/// Share of the variance of `targets` that `predictions` explain, 1 - Var(targets - predictions) /
/// Var(targets); 0 if the targets do not vary.
double ExplainedVariance(std::span<const float> predictions, std::span<const float> targets);

/// Running standard deviation of the discounted return so far, G <- gamma G + r, over all steps of
/// all environments: what rewards are divided by, so that values are of order 1 on every task.
/// Source: Engstrom et al. 2020, arXiv:2005.12729, section 3 ("reward scaling").
class ReturnScale {
 public:
  ReturnScale(double gamma, int num_envs) : returns_(gamma, num_envs) {}

  /// One step of every environment; a diverged step is left out. @param rewards  [num_envs].
  void Observe(std::span<const float> rewards, std::span<const spec::StepResult> results) {
    returns_.Observe(rewards, results);
  }
  /// 1 as long as nothing varies.
  double std_dev() const;
  void Serialize(models::Archive& archive, const std::string& name) {
    returns_.Serialize(archive, name);
  }

 private:
  DiscountedReturns returns_;
};

}  // namespace sinew::agents
