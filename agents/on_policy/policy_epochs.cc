#include "agents/on_policy/policy_epochs.h"

#include "agents/rollout/advantage.h"
#include "agents/rollout/rows.h"

namespace sinew::agents {

void PolicyEpochs::Run(const RolloutBuffer& rollout, std::span<const float> advantages,
                       std::span<const Minibatch> minibatches, const PolicyLossOptions& loss) {
  for (const Minibatch& minibatch : minibatches) Step(rollout, advantages, minibatch, loss);
}

void PolicyEpochs::Step(const RolloutBuffer& rollout, std::span<const float> advantages,
                        const Minibatch& minibatch, const PolicyLossOptions& loss_options) {
  const auto rows = minibatch.rows;
  const Distribution& distribution = policy_.distribution();
  GatherRows(rollout.actions(), distribution.sample_width(), rows, &gathered_.samples);
  GatherRows(policy_.old().rows, distribution.outputs(), rows, &gathered_.old_rows);
  GatherRows(policy_.old_log_prob(), 1, rows, &gathered_.old_log_prob);
  GatherRows(advantages, 1, rows, &gathered_.advantages);
  if (standardize_advantages_) Standardize(gathered_.advantages);

  const auto outputs = policy_.network().Forward(rollout, minibatch);
  rows_gradient_.resize(outputs.size());
  const PolicyLoss loss =
      EvaluatePolicyLoss(distribution, loss_options,
                         {.samples = gathered_.samples,
                          .old = {gathered_.old_rows, policy_.old().shared},
                          .old_log_prob = gathered_.old_log_prob,
                          .advantages = gathered_.advantages},
                         {outputs, policy_.shared()}, {rows_gradient_, policy_.shared_gradient()});
  CheckFinite(loss.total, "policy loss");
  policy_.network().Backward(rows_gradient_);
  policy_.Step();
  figures_.surrogate.Add(loss.surrogate);
  figures_.entropy.Add(loss.entropy);
  figures_.clip_fraction.Add(loss.clip_fraction);
}

}  // namespace sinew::agents
