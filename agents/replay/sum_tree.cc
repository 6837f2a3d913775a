#include "agents/replay/sum_tree.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace sinew::agents {

void SumTree::Set(int64_t index, double weight) {
  assert(weight >= 0);
  size_ = std::max(size_, index + 1);
  Reserve(size_);
  int64_t node = leaves_ + index;
  nodes_[node] = weight;
  while ((node /= 2) > 0) nodes_[node] = nodes_[2 * node] + nodes_[2 * node + 1];
}

int64_t SumTree::Find(double mass) const {
  assert(total() > 0);
  int64_t node = 1;
  while (node < leaves_) {
    node *= 2;
    // rounding may leave a mass just beyond the left half although nothing lies to the right
    if (mass < nodes_[node] || nodes_[node + 1] == 0) continue;
    mass -= nodes_[node];
    ++node;
  }
  return node - leaves_;
}

void SumTree::Assign(std::span<const double> weights) {
  size_ = 0;
  leaves_ = 1;
  nodes_.assign(2, 0);
  Reserve(static_cast<int64_t>(weights.size()));
  size_ = static_cast<int64_t>(weights.size());
  std::ranges::copy(weights, nodes_.begin() + leaves_);
  for (int64_t node = leaves_ - 1; node > 0; --node) {
    nodes_[node] = nodes_[2 * node] + nodes_[2 * node + 1];
  }
}

void SumTree::Reserve(int64_t size) {
  if (size <= leaves_) return;
  const std::vector<double> old(nodes_.begin() + leaves_, nodes_.end());
  leaves_ = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(size)));
  nodes_.assign(2 * leaves_, 0);
  std::ranges::copy(old, nodes_.begin() + leaves_);
  for (int64_t node = leaves_ - 1; node > 0; --node) {
    nodes_[node] = nodes_[2 * node] + nodes_[2 * node + 1];
  }
}

}  // namespace sinew::agents
