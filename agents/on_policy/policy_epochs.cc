#include "agents/on_policy/policy_epochs.h"

#include "agents/rollout/advantage.h"
#include "agents/rollout/rows.h"

namespace sinew::agents {

void PolicyEpochs::Run(const RolloutBuffer& rollout, std::span<const float> advantages,
                       std::span<const std::span<const int>> minibatches,
                       const PolicyLossOptions& loss) {
  for (const auto& rows : minibatches) Step(rollout, advantages, rows, loss);
}

void PolicyEpochs::Step(const RolloutBuffer& rollout, std::span<const float> advantages,
                        std::span<const int> rows, const PolicyLossOptions& loss_options) {
  const int obs_dim = policy_.obs_dim(), act_dim = policy_.act_dim();
  GatherRows(rollout.observations(), obs_dim, rows, &minibatch_.observations);
  GatherRows(rollout.actions(), act_dim, rows, &minibatch_.actions);
  GatherRows(policy_.old_mean(), act_dim, rows, &minibatch_.old_mean);
  GatherRows(policy_.old_log_prob(), 1, rows, &minibatch_.old_log_prob);
  GatherRows(advantages, 1, rows, &minibatch_.advantages);
  if (standardize_advantages_) Standardize(minibatch_.advantages);

  models::Network& mean_network = policy_.mean().online();
  const auto mean =
      mean_network.Forward(minibatch_.observations, {}, static_cast<int>(rows.size()));
  mean_gradient_.resize(mean.size());
  const PolicyLoss loss =
      EvaluatePolicyLoss(loss_options,
                         {minibatch_.actions, minibatch_.old_mean, policy_.old_log_std(),
                          minibatch_.old_log_prob, minibatch_.advantages},
                         mean, policy_.log_std(), mean_gradient_,
                         policy_.log_std_learner().online().gradient().values());
  CheckFinite(loss.total, "policy loss");
  mean_network.Backward(mean_gradient_, {.parameters = true});
  policy_.mean().Step();
  policy_.log_std_learner().Step();
  policy_.KeepLogStdWithinBounds();
  figures_.surrogate.Add(loss.surrogate);
  figures_.entropy.Add(loss.entropy);
  figures_.clip_fraction.Add(loss.clip_fraction);
}

}  // namespace sinew::agents
