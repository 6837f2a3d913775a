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
  const Distribution& distribution = policy_.distribution();
  GatherRows(rollout.observations(), policy_.obs_dim(), rows, &minibatch_.observations);
  GatherRows(rollout.actions(), distribution.sample_width(), rows, &minibatch_.samples);
  GatherRows(policy_.old().rows, distribution.outputs(), rows, &minibatch_.old_rows);
  GatherRows(policy_.old_log_prob(), 1, rows, &minibatch_.old_log_prob);
  GatherRows(advantages, 1, rows, &minibatch_.advantages);
  if (standardize_advantages_) Standardize(minibatch_.advantages);

  models::Network& network = policy_.network_learner().online();
  const auto outputs = network.Forward(minibatch_.observations, {}, static_cast<int>(rows.size()));
  rows_gradient_.resize(outputs.size());
  const PolicyLoss loss =
      EvaluatePolicyLoss(distribution, loss_options,
                         {.samples = minibatch_.samples,
                          .old = {minibatch_.old_rows, policy_.old().shared},
                          .old_log_prob = minibatch_.old_log_prob,
                          .advantages = minibatch_.advantages},
                         {outputs, policy_.shared()}, {rows_gradient_, policy_.shared_gradient()});
  CheckFinite(loss.total, "policy loss");
  network.Backward(rows_gradient_, {.parameters = true});
  policy_.Step();
  figures_.surrogate.Add(loss.surrogate);
  figures_.entropy.Add(loss.entropy);
  figures_.clip_fraction.Add(loss.clip_fraction);
}

}  // namespace sinew::agents
