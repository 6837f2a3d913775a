#pragma once

#include <span>
#include <vector>

#include "core/aligned_vector.h"
#include "core/random.h"
#include "models/gemm.h"
#include "models/kernels/norm_kernels.h"
#include "models/network.h"
#include "models/residual_layout.h"
#include "policy/graph_builder.h"

namespace sinew::models {

/// A network of residual blocks, forward and backward written out on the kernels of kernels.h and
/// norm_kernels.h:
///
///     h = W x + b                                    the embedding, x = [input, late input]
///     h = h + W2 relu(W1 norm(h) + b1) + b2          each block
///     y = W norm(h) + b                              the head
///
/// Source: Lee et al. 2024, arXiv:2410.09754 (SimBa), section 4. Departure: the norm may be the RMS
/// norm. Not thread-safe; allocates only when the batch grows.
class ResidualNetwork : public Network {
 public:
  explicit ResidualNetwork(const NetworkSpec& spec);

  std::span<const float> Forward(std::span<const float> input, std::span<const float> late_input,
                                 int batch) override;
  void Backward(std::span<const float> output_gradient, const BackwardOptions& options) override;
  std::span<const float> late_gradient() const override {
    return {late_gradient_.data(), static_cast<size_t>(batch_) * spec().late_inputs};
  }

 private:
  using Buffer = AlignedVector<float>;
  /// What the way back needs of one norm and the layer behind it.
  struct Normed {
    Buffer value, mean, inverse;  // [batch x width], [batch], [batch]
  };

  void Grow(int batch);
  const float* at(int64_t offset) const { return parameters().values().data() + offset; }
  float* gradient_at(int64_t offset) { return gradient().values().data() + offset; }
  RowNorm NormOf(const NormPlace& place) const;
  /// stream += added, and its norm. @return  what the layer behind reads.
  const float* Normalize(const NormPlace& place, const float* added, Buffer* stream,
                         Normed* normed);
  void Dense(const DensePlace& place, const float* x, Activation activation, float* y) const;
  /// Both gradients of a dense layer. @param x_gradient  null: not asked for.
  void DenseBackward(const DensePlace& place, const float* delta, const float* x,
                     const Slope& slope, const BackwardOptions& options, float* x_gradient);
  /// Through a norm, from normed_gradient_ into stream_gradient_.
  void BackThroughNorm(const NormPlace& place, const Buffer& stream, Normed* normed,
                       const BackwardOptions& options);

  ResidualLayout layout_;
  int batch_ = 0;
  Buffer input_;                 // [batch x (inputs + late_inputs)]
  std::vector<Buffer> streams_;  // h in front of each block, and behind the last
  std::vector<Normed> normed_;   // of each block, and of the head
  std::vector<Buffer> inner_;    // relu(W1 norm(h) + b1) of each block
  Buffer output_, stream_gradient_, normed_gradient_, inner_gradient_, late_gradient_;
};

/// Hidden layers uniform within 1/sqrt(fan_in), norms 1, the head uniform within `final_range`.
void FillResidual(const NetworkSpec& spec, Random& random, float final_range,
                  std::span<float> values);

/// Every row of the embedding's and the blocks' weights gets length 1, so that a step of the
/// optimiser turns it by an angle that does not shrink as weights grow. The head is left free.
/// Source: Lee et al. 2025, arXiv:2502.15280 (SimbaV2), Eq. 9; rows as in XQC (Palenicek et al.
/// 2025, arXiv:2509.25174), where norms and biases stay free too.
void ProjectToUnitRows(const NetworkSpec& spec, std::span<float> values);

/// Everything below the head, as operations of a policy. @return  what the head reads.
policy::GraphBuilder::Value DescribeResidual(const NetworkSpec& spec, std::span<const float> values,
                                             const policy::GraphBuilder::Value& x,
                                             policy::GraphBuilder* graph);
/// The head as plain data.
policy::DenseLayer ResidualHead(const NetworkSpec& spec, std::span<const float> values);

}  // namespace sinew::models
