#pragma once

#include <span>
#include <vector>

#include "core/random.h"

namespace sinew::agents {

/// Log standard deviations lie between these by construction: low + (high - low) (1 + tanh(x)) / 2
/// of the network's output x.
struct LogStdRange {
  double low = -5;
  double high = 2;
};

/// Actions a = tanh(mean + std noise) of a policy whose network puts out [mean, x] a row, their
/// log-densities, and what the gradient needs again. Sizes grow with the batch and stay.
struct SquashedSample {
  std::vector<float> noise;      // [batch x act_dim], standard normal; to be filled in before
  std::vector<float> actions;    // [batch x act_dim], in [-1, 1]
  std::vector<float> std_dev;    // [batch x act_dim], of the Gaussian before tanh
  std::vector<float> slope;      // [batch x act_dim], d(log std)/dx
  std::vector<float> log_probs;  // [batch], log pi(a | s)
  std::vector<float> log_terms;  // [batch x act_dim], whose row sums they are

  void DrawNoise(size_t size, Random& random);
};

/// log(1 - tanh(u)^2) = 2 (log 2 - u - log(1 + exp(-2u))), which neither cancels nor overflows.
double LogTanhDerivative(double u);

/// log pi(a|s) = sum_j [-noise^2/2 - log std - log(2 pi)/2 - log(1 - tanh(u)^2)].
/// @param outputs  [batch x 2 act_dim]: act_dim means, then act_dim numbers for the log-stds.
/// Source: Haarnoja et al. 2018, arXiv:1812.05905, appendix C.
void SampleSquashed(std::span<const float> outputs, int act_dim, const LogStdRange& range,
                    SquashedSample* sample);

/// u = mean + std noise, with the bits of SampleSquashed.
/// @param outputs  as above. @param noise  [batch x act_dim], standard normal; receives u.
void SampleBeforeTanh(std::span<const float> outputs, int act_dim, const LogStdRange& range,
                      std::span<float> noise);
/// actions <- tanh(u), with the bits of SampleSquashed. Both [any number].
void Tanh(std::span<const float> u, std::span<float> actions);

/// Gradient of J = mean(alpha log pi(a|s) - Q(s, a)) with respect to the network's outputs, through
/// the reparameterised action.
/// @param action_gradient  [batch x act_dim], d(-mean Q)/da: 1/batch is in it.
/// @param gradient         [batch x 2 act_dim].
/// Source: as above, Eq. 9.
void SoftPolicyGradient(const SquashedSample& sample, std::span<const float> action_gradient,
                        double alpha, std::span<float> gradient);

/// alpha mean |log pi|: what a step can be worth besides its reward.
double EntropyBonus(std::span<const float> log_probs, double alpha);

/// dJ/d(log alpha) of J = mean(-alpha (log pi + target_entropy)), which moves the policy's entropy
/// towards the target.
/// @param target_entropy  [nats]. Source: as above, Eq. 18.
double TemperatureGradient(std::span<const float> log_probs, double target_entropy, double alpha);

}  // namespace sinew::agents
