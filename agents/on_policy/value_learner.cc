#include "agents/on_policy/value_learner.h"

#include <numbers>

#include "agents/on_policy/policy_losses.h"
#include "agents/rollout/rows.h"

namespace sinew::agents {
namespace {

constexpr double kHiddenGain = std::numbers::sqrt2, kValueGain = 1;

}  // namespace

ValueLearner::ValueLearner(const Options& options, Random& random)
    : options_(options),
      network_(MakeRolloutNetwork("critic", options.network, options.learner, random)) {
  network_->InitializeOrthogonal(random, kHiddenGain, kValueGain);
  network_->learner().Keep();
}

std::vector<policy::DenseLayer> ValueLearner::layers() const {
  return models::CriticLayers(network_->plain()->online());
}

void ValueLearner::Evaluate(const RolloutBuffer& rollout) {
  network_->Evaluate(rollout, &values_);
  network_->EvaluateSuccessors(rollout, &successor_values_);
  next_values_.resize(values_.size());
  rollout.GatherNextValues(values_, successor_values_, next_values_);
}

void ValueLearner::Epoch(const RolloutBuffer& rollout, std::span<const float> returns,
                         std::span<const Minibatch> minibatches) {
  for (const Minibatch& minibatch : minibatches) {
    GatherRows(values_, 1, minibatch.rows, &gathered_.old_values);
    GatherRows(returns, 1, minibatch.rows, &gathered_.returns);
    const auto values = network_->Forward(rollout, minibatch);
    gradient_.resize(values.size());
    const double loss = EvaluateValueLoss(values, gathered_.old_values, gathered_.returns,
                                          options_.clip, gradient_);
    CheckFinite(loss, "value loss");
    network_->Backward(gradient_);
    network_->learner().Step();
    loss_.Add(loss);
  }
}

}  // namespace sinew::agents
