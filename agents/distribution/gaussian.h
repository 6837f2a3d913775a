#pragma once

#include <span>

#include "core/random.h"

namespace sinew::agents {

/// A policy of independent normal distributions, one an action element: the mean depends on the
/// state, the standard deviation does not. All matrices are row-major, `act_dim` columns wide,
/// which is log_std's size.

/// action = mean + exp(log_std) N(0, 1), not bounded.
/// @param mean, actions  [batch x act_dim].
void SampleGaussian(std::span<const float> mean, std::span<const float> log_std, Random& random,
                    std::span<float> actions);

/// log pi(a | s) = -sum_j [((a_j - mean_j) / std_j)^2 / 2 + log std_j + log(2 pi) / 2].
/// @param actions, mean  [batch x act_dim]. @param log_prob  [batch].
void GaussianLogProb(std::span<const float> actions, std::span<const float> mean,
                     std::span<const float> log_std, std::span<float> log_prob);

/// sum_j [log std_j + log(2 pi e) / 2]  [nats].
double GaussianEntropy(std::span<const float> log_std);

/// KL(old || new) = sum_j [log(std_j / old_std_j) + (old_std_j^2 + (old_mean_j - mean_j)^2) /
/// (2 std_j^2) - 1/2], averaged over the batch  [nats].
/// @param old_mean, mean  [batch x act_dim].
double GaussianKl(std::span<const float> old_mean, std::span<const float> old_log_std,
                  std::span<const float> mean, std::span<const float> log_std);

}  // namespace sinew::agents
