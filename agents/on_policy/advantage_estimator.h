#pragma once

#include <span>
#include <vector>

#include "agents/base/figures.h"
#include "agents/on_policy/value_learner.h"
#include "agents/rollout/advantage.h"
#include "agents/rollout/rollout_buffer.h"

namespace sinew::agents {

/// What the actions of a rollout were worth beyond what was expected, and the returns that the
/// critic is to expect, from rewards that are scaled so that values are of order 1.
class AdvantageEstimator {
 public:
  struct Options {
    double gamma = 0.99, lambda = 0.95;
    bool normalize_rewards = true;  // by the running deviation of the discounted return
    double reward_clip = 10;        // bound of the normalised reward
  };
  AdvantageEstimator(const Options& options, int num_envs)
      : options_(options), return_scale_(options.gamma, num_envs) {}

  /// One step of every environment. @param rewards  [num_envs].
  void Observe(std::span<const float> rewards, std::span<const spec::StepResult> results) {
    return_scale_.Observe(rewards, results);
  }
  /// Scales the rollout's rewards.
  void BeginUpdate(const RolloutBuffer& rollout);
  /// By the values that the critic computed last. @throws NotFinite.
  void Estimate(const RolloutBuffer& rollout, const ValueLearner& critic);
  std::span<const float> advantages() const { return advantages_; }  // of every row
  std::span<const float> returns() const { return returns_; }        // of every row

  /// Of the discounted return, in the task's own unit.
  double return_std() const { return return_scale_.std_dev(); }
  /// What a value of the critic is worth in the task's own unit.
  double value_scale() const { return options_.normalize_rewards ? return_std() : 1; }
  Mean& value_mean() { return value_mean_; }
  Mean& explained_variance() { return explained_variance_; }
  void Serialize(models::Archive& archive) { return_scale_.Serialize(archive, "return_scale"); }

 private:
  Options options_;
  ReturnScale return_scale_;
  std::vector<float> rewards_, advantages_, returns_;  // of every row of the rollout
  Mean explained_variance_, value_mean_;
};

}  // namespace sinew::agents
