#pragma once

#include <span>
#include <vector>

#include "agents/base/figures.h"
#include "agents/on_policy/policy_losses.h"
#include "agents/on_policy/stochastic_policy.h"

namespace sinew::agents {

/// Steps of a policy's optimiser down the actor's loss, minibatch by minibatch. Not thread-safe.
class PolicyEpochs {
 public:
  /// @param policy  to learn; outlives this. @param standardize_advantages  in every minibatch.
  PolicyEpochs(StochasticPolicy* policy, bool standardize_advantages)
      : policy_(*policy), standardize_advantages_(standardize_advantages) {}

  /// One step for each minibatch. @param advantages  of every row of the rollout.
  /// @throws NotFinite.
  void Run(const RolloutBuffer& rollout, std::span<const float> advantages,
           std::span<const Minibatch> minibatches, const PolicyLossOptions& loss);

  /// Means over minibatches.
  void Track(Figures* figures) {
    figures->Track("surrogate", &figures_.surrogate);
    figures->Track("entropy", &figures_.entropy);
    figures->Track("clip_fraction", &figures_.clip_fraction);
  }

 private:
  void Step(const RolloutBuffer& rollout, std::span<const float> advantages,
            const Minibatch& minibatch, const PolicyLossOptions& loss);

  StochasticPolicy& policy_;
  bool standardize_advantages_;
  std::vector<float> rows_gradient_;
  struct {
    std::vector<float> samples, old_rows, old_log_prob, advantages;
  } gathered_;
  struct {
    Mean surrogate, entropy, clip_fraction;
  } figures_;
};

}  // namespace sinew::agents
