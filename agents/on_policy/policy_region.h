#pragma once

#include <span>
#include <vector>

#include "agents/on_policy/gaussian_policy.h"
#include "agents/on_policy/policy_losses.h"
#include "agents/on_policy/trust_region.h"
#include "models/parameter_tangent.h"

namespace sinew::agents {

/// A Gaussian policy and a rollout of it as a TrustRegionProblem. Parameters are those of the
/// mean's network, then log_std. Not thread-safe.
///
/// For independent normal distributions the Hessian of KL(old || new) at the old policy is
///
///     F = [J' diag(1 / std^2) J / n, 0; 0, 2 I],   J = d mean / d parameters,
///
/// so that F v takes one pass forward with derivatives and one pass back.
/// Source: Schulman et al. 2015, arXiv:1502.05477, Appendix C.1.
class PolicyRegion : public TrustRegionProblem {
 public:
  /// @param policy  outlives this.
  explicit PolicyRegion(GaussianPolicy* policy) : policy_(*policy) {}

  /// Requires BeginUpdate of the policy with this rollout.
  /// @param advantages  of every row of the rollout. @param rows  to learn from.
  void Begin(const RolloutBuffer& rollout, std::span<const float> advantages,
             std::span<const int> rows, bool standardize_advantages);

  std::span<const double> gradient() const override { return gradient_; }
  void FisherProduct(std::span<const double> direction, std::span<double> product) override;
  StepValue Try(std::span<const double> step) override;

 private:
  // the surrogate's loss by `mean`, with its gradients in mean_gradient_ and log_std's network
  PolicyLoss Loss(std::span<const float> mean);
  int rows() const { return static_cast<int>(advantages_.size()); }

  GaussianPolicy& policy_;
  models::ParameterTangent tangent_;
  double surrogate_ = 0;  // of the old policy
  std::vector<float> observations_, actions_, old_mean_, old_log_prob_, advantages_;
  std::vector<float> old_parameters_, mean_gradient_, mean_, direction_;
  std::vector<double> gradient_;
};

}  // namespace sinew::agents
