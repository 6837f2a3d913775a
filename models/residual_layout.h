#pragma once

#include <cstdint>

#include "models/network.h"

namespace sinew::models {

/// Where a dense layer's parameters begin: weights [outputs x inputs] row-major, then biases.
struct DensePlace {
  int inputs = 0, outputs = 0;
  int64_t weight = 0;
  int64_t bias() const { return weight + static_cast<int64_t>(inputs) * outputs; }
  int64_t end() const { return bias() + outputs; }
};

/// Where a norm's parameters begin: gains [width], then for a layer norm biases [width].
struct NormPlace {
  int width = 0;
  int64_t gain = 0;
  bool centred = false;  // a layer norm
  int64_t bias() const { return gain + width; }
};

/// The flat parameters of a network of residual blocks, in this order: embedding, of each block its
/// norm, first and second layer, then the last norm and the head.
class ResidualLayout {
 public:
  /// @throws std::logic_error unless the spec has blocks and one hidden width.
  explicit ResidualLayout(const NetworkSpec& spec);

  struct Block {
    NormPlace norm;
    DensePlace up, down;
  };

  int width() const { return embedding_.outputs; }
  int inner() const { return width() * expansion_; }
  int blocks() const { return blocks_; }
  const DensePlace& embedding() const { return embedding_; }
  Block block(int index) const;
  const NormPlace& last_norm() const { return last_norm_; }
  const DensePlace& head() const { return head_; }
  int64_t size() const { return head_.end(); }

 private:
  NormPlace NormAt(int64_t offset) const;
  int64_t After(const NormPlace& norm) const;

  NormKind norm_;
  int expansion_, blocks_;
  DensePlace embedding_, head_;
  NormPlace last_norm_;
};

}  // namespace sinew::models
