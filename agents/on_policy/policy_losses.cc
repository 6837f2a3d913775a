#include "agents/on_policy/policy_losses.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sinew::agents {
namespace {

/// One sample's share of the surrogate.
struct SampleSurrogate {
  double value = 0;  // min(r A, clip(r) A)
  double slope = 0;  // its derivative by log pi
  bool clipped = false;
};

SampleSurrogate SurrogateOf(double ratio, double advantage, double clip) {
  const double plain = ratio * advantage;
  if (clip <= 0) return {plain, plain, false};
  const double bounded = std::clamp(ratio, 1 - clip, 1 + clip) * advantage;
  // where the bounded term is the smaller one it does not depend on the policy
  return {std::min(plain, bounded), plain <= bounded ? plain : 0, std::abs(ratio - 1) > clip};
}

}  // namespace

PolicyLoss EvaluatePolicyLoss(const Distribution& distribution, const PolicyLossOptions& options,
                              const PolicyMinibatch& minibatch, const DistributionParameters& now,
                              const DistributionGradient& gradient) {
  const size_t batch = minibatch.advantages.size();
  const double beta = options.kl_coefficient, share = 1.0 / static_cast<double>(batch);
  std::vector<float> log_prob(batch);
  distribution.LogProb(minibatch.samples, now, log_prob);

  PolicyLoss loss;
  std::vector<double> slopes(batch);
  for (size_t i = 0; i < batch; ++i) {
    const double ratio = std::exp(static_cast<double>(log_prob[i]) - minibatch.old_log_prob[i]);
    const auto surrogate = SurrogateOf(ratio, minibatch.advantages[i], options.clip);
    loss.surrogate += share * surrogate.value;
    loss.clip_fraction += surrogate.clipped ? share : 0;
    slopes[i] = surrogate.slope;
  }
  distribution.LossGradient({.samples = minibatch.samples,
                             .slopes = slopes,
                             .old = minibatch.old,
                             .kl_coefficient = beta,
                             .entropy_coefficient = options.entropy_coef},
                            now, gradient);
  loss.kl = distribution.Kl(minibatch.old, now);
  loss.entropy = distribution.Entropy(now);
  loss.total = -loss.surrogate + beta * loss.kl - options.entropy_coef * loss.entropy;
  return loss;
}

double EvaluateValueLoss(std::span<const float> values, std::span<const float> old_values,
                         std::span<const float> returns, double range, std::span<float> gradient) {
  const double share = 1.0 / static_cast<double>(values.size());
  double loss = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double error = static_cast<double>(values[i]) - returns[i];
    double square = error * error, slope = error;
    if (range > 0) {
      const double change = static_cast<double>(values[i]) - old_values[i];
      const double clipped = old_values[i] + std::clamp(change, -range, range) - returns[i];
      // beyond the range the clipped term does not depend on the value
      if (clipped * clipped > square) {
        square = clipped * clipped;
        slope = 0;
      }
    }
    loss += 0.5 * share * square;
    gradient[i] = static_cast<float>(share * slope);
  }
  return loss;
}

double AdaptKlCoefficient(double coefficient, double kl, double target) {
  constexpr double kLeast = 1e-6, kMost = 1e6;
  if (kl < target / 1.5) coefficient /= 2;
  if (kl > target * 1.5) coefficient *= 2;
  return std::clamp(coefficient, kLeast, kMost);
}

}  // namespace sinew::agents
