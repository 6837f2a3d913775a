#pragma once

#include <span>
#include <string>
#include <vector>

#include "agents/replay/sum_tree.h"
#include "core/random.h"
#include "models/archive.h"

namespace sinew::agents {

/// Which of the buffer's transitions to learn from: index i with probability P(i) = p_i^alpha /
/// sum_k p_k^alpha, where p_i = |TD error| + a small constant when i was last learned from, and the
/// largest p so far for a transition that was not yet.
/// Source: Schaul et al. 2016, arXiv:1511.05952, the proportional variant of Algorithm 1.
class Priorities {
 public:
  /// @param alpha  0: uniform, 1: in proportion to the error.
  explicit Priorities(double alpha) : alpha_(alpha) {}

  /// Transition `index` is new, or has taken the place of another.
  void Add(int64_t index);
  /// One index from each of as many equal parts of the sum as there are indices (appendix B.2.1).
  void Sample(Random& random, std::span<int64_t> indices) const;
  /// (N P(i))^-beta, which makes up for the preference; not yet divided by their maximum.
  /// @param weights  [indices] or more, of which the first are written.
  void ImportanceWeights(std::span<const int64_t> indices, double beta,
                         std::span<float> weights) const;
  /// @param errors  [indices], TD errors of either sign.
  void Update(std::span<const int64_t> indices, std::span<const float> errors);
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  double alpha_;
  double largest_ = 1;  // priority so far, before the power
  SumTree tree_;        // of p^alpha
};

}  // namespace sinew::agents
