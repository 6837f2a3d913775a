#include "agents/on_policy/policy_region.h"

#include <algorithm>
#include <cmath>

#include "agents/rollout/advantage.h"
#include "agents/rollout/rows.h"

namespace sinew::agents {

void PolicyRegion::Begin(const RolloutBuffer& rollout, std::span<const float> advantages,
                         std::span<const int> rows, bool standardize_advantages) {
  GatherRows(rollout.observations(), policy_.obs_dim(), rows, &observations_);
  GatherRows(rollout.actions(), policy_.act_dim(), rows, &actions_);
  GatherRows(policy_.old_mean(), policy_.act_dim(), rows, &old_mean_);
  GatherRows(policy_.old_log_prob(), 1, rows, &old_log_prob_);
  GatherRows(advantages, 1, rows, &advantages_);
  if (standardize_advantages) Standardize(advantages_);

  models::Network& network = policy_.mean().online();
  const auto parameters = network.parameters().values();
  old_parameters_.assign(parameters.begin(), parameters.end());
  tangent_.Begin(network, observations_, this->rows());

  const auto mean = network.Forward(observations_, {}, this->rows());
  const PolicyLoss loss = Loss(mean);
  CheckFinite(loss.total, "policy loss");
  surrogate_ = loss.surrogate;
  network.Backward(mean_gradient_, {.parameters = true});
  // of the surrogate, which the loss is the negative of
  gradient_.clear();
  for (Learner* learner : policy_.learners()) {
    for (const float g : learner->online().gradient().values()) gradient_.push_back(-g);
  }
}

PolicyLoss PolicyRegion::Loss(std::span<const float> mean) {
  mean_gradient_.resize(mean.size());
  return EvaluatePolicyLoss(
      {.clip = 0, .kl_coefficient = 0, .entropy_bonus = 0},
      {actions_, old_mean_, policy_.old_log_std(), old_log_prob_, advantages_}, mean,
      policy_.log_std(), mean_gradient_, policy_.log_std_learner().online().gradient().values());
}

void PolicyRegion::FisherProduct(std::span<const double> direction, std::span<double> product) {
  models::Network& network = policy_.mean().online();
  const size_t size = old_parameters_.size();
  direction_.assign(direction.begin(), direction.begin() + static_cast<std::ptrdiff_t>(size));
  const auto change = tangent_.Product(direction_);  // of the mean
  const auto old_log_std = policy_.old_log_std();
  const size_t act_dim = old_log_std.size();
  mean_gradient_.resize(change.size());
  for (size_t k = 0; k < change.size(); ++k) {
    const float inverse_std = std::exp(-old_log_std[k % act_dim]);
    mean_gradient_[k] = change[k] * inverse_std * inverse_std / static_cast<float>(rows());
  }
  network.Backward(mean_gradient_, {.parameters = true});  // through the Forward of Begin
  std::ranges::copy(network.gradient().values(), product.begin());
  for (size_t j = 0; j < act_dim; ++j) product[size + j] = 2 * direction[size + j];
}

StepValue PolicyRegion::Try(std::span<const double> step) {
  const auto parameters = policy_.mean().online().parameters().values();
  for (size_t i = 0; i < parameters.size(); ++i) {
    parameters[i] = static_cast<float>(old_parameters_[i] + step[i]);
  }
  const auto log_std = policy_.log_std_learner().online().parameters().values();
  for (size_t j = 0; j < log_std.size(); ++j) {
    log_std[j] = static_cast<float>(policy_.old_log_std()[j] + step[parameters.size() + j]);
  }
  policy_.KeepLogStdWithinBounds();
  ForwardRows(policy_.mean().online(), observations_, &mean_);
  const PolicyLoss loss = Loss(mean_);
  return {loss.surrogate - surrogate_, loss.kl};
}

}  // namespace sinew::agents
