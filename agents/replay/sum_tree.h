#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sinew::agents {

/// Weights, the sums of their halves, quarters and so on in a binary tree: a weight is changed, and
/// the element at a given cumulative weight found, in O(log n).
///
/// Every inner node is recomputed from its children and never corrected by a difference, so that no
/// rounding piles up and the tree's bits follow from the weights alone. Grows by doubling.
/// Source: the data structure of Schaul et al. 2016, arXiv:1511.05952, appendix B.2.1.
class SumTree {
 public:
  /// Weights that were ever set; those never set are 0.
  int64_t size() const { return size_; }
  double total() const { return nodes_[1]; }
  double operator[](int64_t index) const { return nodes_[leaves_ + index]; }
  /// @param weight  at least 0.
  void Set(int64_t index, double weight);
  /// The first element at which the cumulative weight exceeds `mass`; never one of weight 0.
  /// @param mass  in [0, total()). Requires total() > 0.
  int64_t Find(double mass) const;

  std::span<const double> weights() const {
    return {nodes_.data() + leaves_, static_cast<size_t>(size_)};
  }
  /// Replaces everything.
  void Assign(std::span<const double> weights);

 private:
  void Reserve(int64_t size);

  int64_t size_ = 0, leaves_ = 1;
  std::vector<double> nodes_{0, 0};  // node k has the children 2k and 2k + 1, the root is 1
};

}  // namespace sinew::agents
