#pragma once

#include <span>
#include <vector>

#include "agents/on_policy/policy_losses.h"
#include "agents/on_policy/stochastic_policy.h"
#include "agents/on_policy/trust_region.h"
#include "models/parameter_tangent.h"

namespace sinew::agents {

/// A stochastic policy and a rollout of it as a TrustRegionProblem. Parameters are those of the
/// network, then the shared ones. Not thread-safe.
///
/// The Hessian of KL(old || new) at the old policy is
///
///     F = [J' R J / n, 0; 0, S],   J = d outputs / d parameters,
///
/// with R and S the distribution's Fisher matrices by its rows and by its shared parameters, so
/// that F v takes one pass forward with derivatives and one pass back.
/// Source: Schulman et al. 2015, arXiv:1502.05477, Appendix C.1.
class PolicyRegion : public TrustRegionProblem {
 public:
  /// @param policy  outlives this.
  explicit PolicyRegion(StochasticPolicy* policy) : policy_(*policy) {}

  /// Requires BeginUpdate of the policy with this rollout.
  /// @param advantages  of every row of the rollout. @param rows  to learn from.
  void Begin(const RolloutBuffer& rollout, std::span<const float> advantages,
             std::span<const int> rows, bool standardize_advantages);

  std::span<const double> gradient() const override { return gradient_; }
  void FisherProduct(std::span<const double> direction, std::span<double> product) override;
  StepValue Try(std::span<const double> step) override;

 private:
  // the surrogate's loss, with its gradients in rows_gradient_ and the policy's shared_gradient
  PolicyLoss Loss(std::span<const float> outputs);
  DistributionParameters old() const { return {old_rows_, policy_.old().shared}; }
  int rows() const { return static_cast<int>(advantages_.size()); }

  StochasticPolicy& policy_;
  models::ParameterTangent tangent_;
  double surrogate_ = 0;  // of the old policy
  std::vector<float> observations_, samples_, old_rows_, old_log_prob_, advantages_;
  std::vector<float> old_parameters_, rows_gradient_, outputs_, direction_;
  std::vector<double> gradient_;
};

}  // namespace sinew::agents
