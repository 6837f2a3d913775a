#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace sinew::agents {

/// product(v, Av) writes A v.
using MatrixProduct = std::function<void(std::span<const double>, std::span<double>)>;

/// Solves A x = b for a symmetric positive definite A that is known by its products alone, from
/// x = 0; stops early where |b - A x|^2 falls below 1e-10.
/// Source: Hestenes & Stiefel 1952, doi:10.6028/jres.049.044.
std::vector<double> ConjugateGradient(const MatrixProduct& product, std::span<const double> b,
                                      int64_t iterations);

struct TrustRegionOptions {
  double max_kl = 0.01;  // delta  [nats]
  double damping = 0.1;  // added to the Fisher matrix's diagonal
  int64_t cg_iterations = 10;
  int64_t line_search_steps = 10;
  double backtrack = 0.8;  // the step shrinks by this from one try to the next
};

/// What a step of the policy is worth, by the rollout.
struct StepValue {
  double gain = 0;  // of the surrogate over no step at all
  double kl = 0;    // KL(old || new)  [nats]
};

/// The policy as the trust region sees it: parameters are one vector.
class TrustRegionProblem {
 public:
  virtual ~TrustRegionProblem() = default;
  /// Of the surrogate, at the old policy.
  virtual std::span<const double> gradient() const = 0;
  /// With the Hessian of KL(old || new) at the old policy, the Fisher matrix; before any Try.
  virtual void FisherProduct(std::span<const double> direction, std::span<double> product) = 0;
  /// Moves the policy to old + step.
  virtual StepValue Try(std::span<const double> step) = 0;
};

struct TrustRegionStep {
  double fraction = 0;  // of the longest step within the region that was taken; 0: none
  StepValue value;
};

/// Moves the policy along the natural gradient s = F^-1 g by the longest step that a quadratic
/// model of the KL allows, beta = sqrt(2 delta / s'Fs), and back along it until the surrogate gains
/// and the KL is within delta; where no try does, back to the old policy.
/// @param radius  factor on the step's length: delta is radius^2 times max_kl.
/// @throws NotFinite.
/// Source: Schulman et al. 2015, arXiv:1502.05477, Appendix C.
TrustRegionStep StepWithinTrustRegion(const TrustRegionOptions& options, double radius,
                                      TrustRegionProblem& problem);

}  // namespace sinew::agents
