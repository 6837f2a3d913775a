#pragma once

#include <vector>

#include "core/aligned_vector.h"
#include "models/network.h"

namespace sinew::models {

/// Forward and backward written out on the kernels of kernels.h. What the way back needs is kept in
/// workspaces of the network's own; all else passes through buffers that the networks of a thread
/// share, so that it stays in the cache.
class FusedNetwork : public Network {
 public:
  explicit FusedNetwork(const NetworkSpec& spec);

  std::span<const float> Forward(std::span<const float> input, std::span<const float> late_input,
                                 int batch) override;
  std::span<const float> Evaluate(std::span<const float> input, std::span<const float> late_input,
                                  int batch) override;
  void Backward(std::span<const float> output_gradient, const BackwardOptions& options) override;
  std::span<const float> late_gradient() const override {
    return {late_gradient_.data(), static_cast<size_t>(batch_) * spec().late_inputs};
  }

 private:
  /// @param inputs  of each layer, rows layer_inputs wide; inputs[0] is complete, in the others a
  /// late input stands already. The output goes to output_.
  void Run(std::span<float* const> inputs, int batch);
  void PlaceLateInput(std::span<const float> late_input, int batch, float* layer_input) const;
  void BackwardLayer(int layer, const float* delta, float* next_delta,
                     const BackwardOptions& options);
  /// Row-major input of layer `layer`, [batch x layer_inputs], as Forward left it.
  float* activation(int layer) { return activations_[layer].data(); }

  int batch_ = 0;                                  // of the last Forward
  std::vector<AlignedVector<float>> activations_;  // inputs of each layer
  std::vector<float*> inputs_;
  AlignedVector<float> output_, output_delta_, late_gradient_;
};

}  // namespace sinew::models
