#pragma once

#include <span>

namespace sinew::models {

/// Values that a distribution over returns can take: `atoms` of them, evenly from -bound to bound.
struct Support {
  int atoms = 101;
  float bound = 5;

  float spacing() const { return 2 * bound / static_cast<float>(atoms - 1); }
  float value(int atom) const { return -bound + spacing() * static_cast<float>(atom); }
};

// All matrices [batch x atoms], row-major.

/// Each row's softmax. @param logits, probabilities  may be the same.
void Softmax(const Support& support, std::span<const float> logits, std::span<float> probabilities);

/// The mean of each row's distribution. @param means  [batch].
void Means(const Support& support, std::span<const float> probabilities, std::span<float> means);

/// The distribution of R + d (Z + bonus), Z being a row's distribution, put back on the support: an
/// atom's mass goes to the two neighbours of where it lands, in proportion to how near they are.
/// What lands beyond the bounds goes to the outermost atom.
/// @param rewards, discounts, bonus  [batch]. @param targets  [batch x atoms].
/// Source: Bellemare et al. 2017, arXiv:1707.06887, Eq. 7.
void ProjectReturns(const Support& support, std::span<const float> probabilities,
                    std::span<const float> rewards, std::span<const float> discounts,
                    std::span<const float> bonus, std::span<float> targets);

/// mean w (-sum_k target_k log p_k), p being the softmax of the logits.
/// @param probabilities  Softmax of the logits. @param weights  [batch], w; empty: all 1.
/// @param gradient  dLoss/dlogits. @return  the loss.
double CrossEntropy(const Support& support, std::span<const float> probabilities,
                    std::span<const float> targets, std::span<const float> weights,
                    std::span<float> gradient);

/// dL/dlogits of what depends on the rows' means alone: slope p_k (z_k - mean).
/// @param slopes  [batch], dL/dmean.
void MeanGradient(const Support& support, std::span<const float> probabilities,
                  std::span<const float> means, std::span<const float> slopes,
                  std::span<float> gradient);

}  // namespace sinew::models
