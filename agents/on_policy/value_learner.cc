#include "agents/on_policy/value_learner.h"

#include <numbers>

#include "agents/on_policy/policy_losses.h"
#include "agents/rollout/rows.h"
#include "models/orthogonal.h"

namespace sinew::agents {
namespace {

constexpr double kHiddenGain = std::numbers::sqrt2, kValueGain = 1;

}  // namespace

ValueLearner::ValueLearner(const Options& options, Random& random)
    : options_(options), value_("critic", options.network, options.learner, random) {
  models::InitializeOrthogonal(value_.online(), random, kHiddenGain, kValueGain);
  value_.Keep();
}

void ValueLearner::Evaluate(const RolloutBuffer& rollout) {
  ForwardRows(value_.online(), rollout.observations(), &values_);
  ForwardRows(value_.online(), rollout.successors(), &successor_values_);
  next_values_.resize(values_.size());
  rollout.GatherNextValues(values_, successor_values_, next_values_);
}

void ValueLearner::Epoch(const RolloutBuffer& rollout, std::span<const float> returns,
                         std::span<const std::span<const int>> minibatches) {
  for (const auto& rows : minibatches) {
    GatherRows(rollout.observations(), options_.network.inputs, rows, &minibatch_.observations);
    GatherRows(values_, 1, rows, &minibatch_.old_values);
    GatherRows(returns, 1, rows, &minibatch_.returns);
    const auto values =
        value_.online().Forward(minibatch_.observations, {}, static_cast<int>(rows.size()));
    gradient_.resize(rows.size());
    const double loss = EvaluateValueLoss(values, minibatch_.old_values, minibatch_.returns,
                                          options_.clip, gradient_);
    CheckFinite(loss, "value loss");
    value_.online().Backward(gradient_, {.parameters = true});
    value_.Step();
    loss_.Add(loss);
  }
}

}  // namespace sinew::agents
