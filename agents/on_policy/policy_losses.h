#pragma once

#include <span>

#include "agents/distribution/distribution.h"

namespace sinew::agents {

/// A minibatch for the actor's loss; matrices are row-major.
struct PolicyMinibatch {
  std::span<const float> samples;       // [batch x sample_width]
  DistributionParameters old;           // of the policy that drew them
  std::span<const float> old_log_prob;  // [batch], under that policy
  std::span<const float> advantages;    // [batch]
};

struct PolicyLossOptions {
  double clip = 0.2;          // epsilon; 0: the ratio is not clipped
  double kl_coefficient = 0;  // beta
  double entropy_coef = 0;    // c
};

/// What the actor's loss consists of, each a mean over the minibatch.
struct PolicyLoss {
  double surrogate = 0;      // to be maximised
  double kl = 0;             // KL(old || new)  [nats]
  double entropy = 0;        // [nats]
  double clip_fraction = 0;  // share of samples whose ratio left [1 - epsilon, 1 + epsilon]
  double total = 0;          // to be minimised
};

/// The actor's loss and its gradient, with the ratio r = pi(a|s) / pi_old(a|s):
///
///     L = -mean min(r A, clip(r, 1 - epsilon, 1 + epsilon) A) + beta KL(pi_old || pi) - c H(pi)
///
/// @param now  the policy's parameters in the minibatch's states. @param gradient  by those.
/// Source: Schulman et al. 2017, arXiv:1707.06347, Eq. 7 (clip) and 8 (KL penalty).
PolicyLoss EvaluatePolicyLoss(const Distribution& distribution, const PolicyLossOptions& options,
                              const PolicyMinibatch& minibatch, const DistributionParameters& now,
                              const DistributionGradient& gradient);

/// The critic's loss and its gradient:
///
///     L = mean max((V - R)^2, (V_old + clip(V - V_old, +-range) - R)^2) / 2
///
/// @param range  of the clipping; 0: only the first term.
/// @param values, gradient, old_values, returns  [batch]; old_values is not read without clipping.
/// Source: Engstrom et al. 2020, arXiv:2005.12729, section 3 ("value function clipping").
double EvaluateValueLoss(std::span<const float> values, std::span<const float> old_values,
                         std::span<const float> returns, double range, std::span<float> gradient);

/// The coefficient of the KL penalty for the next rollout: half as large after a step that stayed
/// below target / 1.5, twice as large after one that went beyond 1.5 target.
/// Source: Schulman et al. 2017, arXiv:1707.06347, section 4. Departure: it stays within
/// [1e-6, 1e6], so that a long run of small steps cannot switch it off for good.
double AdaptKlCoefficient(double coefficient, double kl, double target);

}  // namespace sinew::agents
