#include "agents/on_policy/policy_region.h"

#include <algorithm>

#include "agents/rollout/advantage.h"
#include "agents/rollout/rows.h"

namespace sinew::agents {

void PolicyRegion::Begin(const RolloutBuffer& rollout, std::span<const float> advantages,
                         std::span<const int> rows, bool standardize_advantages) {
  GatherRows(rollout.observations(), policy_.obs_dim(), rows, &observations_);
  const Distribution& distribution = policy_.distribution();
  GatherRows(rollout.actions(), distribution.sample_width(), rows, &samples_);
  GatherRows(policy_.old().rows, distribution.outputs(), rows, &old_rows_);
  GatherRows(policy_.old_log_prob(), 1, rows, &old_log_prob_);
  GatherRows(advantages, 1, rows, &advantages_);
  if (standardize_advantages) Standardize(advantages_);

  models::Network& network = policy_.network_learner().online();
  const auto parameters = network.parameters().values();
  old_parameters_.assign(parameters.begin(), parameters.end());
  tangent_.Begin(network, observations_, this->rows());

  const auto outputs = network.Forward(observations_, {}, this->rows());
  const PolicyLoss loss = Loss(outputs);
  CheckFinite(loss.total, "policy loss");
  surrogate_ = loss.surrogate;
  network.Backward(rows_gradient_, {.parameters = true});
  // of the surrogate, which the loss is the negative of
  gradient_.clear();
  for (ParameterLearner* learner : policy_.learners()) {
    for (const float g : learner->learnable().gradient().values()) gradient_.push_back(-g);
  }
}

PolicyLoss PolicyRegion::Loss(std::span<const float> outputs) {
  rows_gradient_.resize(outputs.size());
  return EvaluatePolicyLoss(
      policy_.distribution(), {.clip = 0, .kl_coefficient = 0, .entropy_coef = 0},
      {samples_, old(), old_log_prob_, advantages_}, {outputs, policy_.shared()},
      {rows_gradient_, policy_.shared_gradient()});
}

void PolicyRegion::FisherProduct(std::span<const double> direction, std::span<double> product) {
  models::Network& network = policy_.network_learner().online();
  const size_t size = old_parameters_.size();
  direction_.assign(direction.begin(), direction.begin() + static_cast<std::ptrdiff_t>(size));
  const auto change = tangent_.Product(direction_);  // of the network's outputs
  rows_gradient_.assign(change.begin(), change.end());
  policy_.distribution().FisherOfRows(old(), rows_gradient_);
  for (float& value : rows_gradient_) value /= static_cast<float>(rows());
  network.Backward(rows_gradient_, {.parameters = true});  // through the Forward of Begin
  std::ranges::copy(network.gradient().values(), product.begin());
  policy_.distribution().FisherOfShared(direction.subspan(size), product.subspan(size));
}

StepValue PolicyRegion::Try(std::span<const double> step) {
  const auto parameters = policy_.network_learner().online().parameters().values();
  for (size_t i = 0; i < parameters.size(); ++i) {
    parameters[i] = static_cast<float>(old_parameters_[i] + step[i]);
  }
  const auto old_shared = policy_.old().shared;
  std::vector<float> shared(old_shared.size());
  for (size_t j = 0; j < shared.size(); ++j) {
    shared[j] = static_cast<float>(old_shared[j] + step[parameters.size() + j]);
  }
  policy_.SetShared(shared);
  ForwardRows(policy_.network_learner().online(), observations_, &outputs_);
  const PolicyLoss loss = Loss(outputs_);
  return {loss.surrogate - surrogate_, loss.kl};
}

}  // namespace sinew::agents
