#pragma once

#include <span>
#include <vector>

#include "agents/base/mean.h"
#include "agents/on_policy/gaussian_policy.h"
#include "agents/on_policy/policy_losses.h"

namespace sinew::agents {

/// Steps of a policy's optimiser down the actor's loss, minibatch by minibatch. Not thread-safe.
class PolicyEpochs {
 public:
  /// @param policy  to learn; outlives this. @param standardize_advantages  in every minibatch.
  PolicyEpochs(GaussianPolicy* policy, bool standardize_advantages)
      : policy_(*policy), standardize_advantages_(standardize_advantages) {}

  /// One step for each minibatch. @param advantages  of every row of the rollout.
  /// @throws NotFinite.
  void Run(const RolloutBuffer& rollout, std::span<const float> advantages,
           std::span<const std::span<const int>> minibatches, const PolicyLossOptions& loss);

  /// Over minibatches, since they were last reset.
  struct Figures {
    Mean surrogate, entropy, clip_fraction;
  };
  Figures& figures() { return figures_; }

 private:
  void Step(const RolloutBuffer& rollout, std::span<const float> advantages,
            std::span<const int> rows, const PolicyLossOptions& loss);

  GaussianPolicy& policy_;
  bool standardize_advantages_;
  std::vector<float> mean_gradient_;
  struct Minibatch {
    std::vector<float> observations, actions, old_mean, old_log_prob, advantages;
  } minibatch_;
  Figures figures_;
};

}  // namespace sinew::agents
