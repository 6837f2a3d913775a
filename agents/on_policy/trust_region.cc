#include "agents/on_policy/trust_region.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "agents/base/learner.h"

namespace sinew::agents {
namespace {

constexpr double kSolved = 1e-10;  // squared residual

double Dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// y += scale x
void AddScaled(double scale, std::span<const double> x, std::span<double> y) {
  for (size_t i = 0; i < y.size(); ++i) y[i] += scale * x[i];
}

}  // namespace

std::vector<double> ConjugateGradient(const MatrixProduct& product, std::span<const double> b,
                                      int64_t iterations) {
  std::vector<double> x(b.size(), 0.0), residual(b.begin(), b.end()),
      direction = residual, product_of_direction(b.size());
  double squares = Dot(residual, residual);
  for (int64_t i = 0; i < iterations && squares > kSolved; ++i) {
    product(direction, product_of_direction);
    const double length = squares / Dot(direction, product_of_direction);
    AddScaled(length, direction, x);
    AddScaled(-length, product_of_direction, residual);
    const double next_squares = Dot(residual, residual), ratio = next_squares / squares;
    for (size_t k = 0; k < direction.size(); ++k) {
      direction[k] = residual[k] + ratio * direction[k];
    }
    squares = next_squares;
  }
  return x;
}

TrustRegionStep StepWithinTrustRegion(const TrustRegionOptions& options, double radius,
                                      TrustRegionProblem& problem) {
  const double max_kl = radius * radius * options.max_kl;
  const MatrixProduct damped = [&](std::span<const double> v, std::span<double> product) {
    problem.FisherProduct(v, product);
    AddScaled(options.damping, v, product);
  };
  const auto gradient = problem.gradient();
  CheckFinite(Dot(gradient, gradient), "policy gradient");
  const std::vector<double> none(gradient.size(), 0.0);
  const std::vector<double> natural = ConjugateGradient(damped, gradient, options.cg_iterations);
  std::vector<double> product(natural.size());
  damped(natural, product);
  const double curvature = Dot(natural, product);
  CheckFinite(curvature, "natural gradient");
  if (curvature <= 0) return {};  // there is no gradient

  const double longest = std::sqrt(2 * max_kl / curvature);
  std::vector<double> step(natural.size());
  double fraction = 1;
  for (int64_t i = 0; i < options.line_search_steps; ++i, fraction *= options.backtrack) {
    std::ranges::transform(natural, step.begin(), [&](double s) { return fraction * longest * s; });
    const StepValue value = problem.Try(step);
    CheckFinite(value.gain, "surrogate of the policy's step");
    CheckFinite(value.kl, "KL divergence of the policy's step");
    if (value.gain > 0 && value.kl <= max_kl) return {fraction, value};
  }
  problem.Try(none);
  return {};
}

}  // namespace sinew::agents
