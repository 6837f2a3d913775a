#pragma once

#include <vector>

#include "models/network.h"

namespace sinew::models {

/// Forward and backward written out on BLAS with bias and activation fused into one pass each;
/// workspaces are kept between calls. One thread.
class FusedNetwork : public Network {
 public:
  explicit FusedNetwork(const NetworkSpec& spec);

  std::span<const float> Forward(std::span<const float> input, std::span<const float> late_input,
                                 int batch) override;
  void Backward(std::span<const float> output_gradient, const BackwardOptions& options) override;
  std::span<const float> late_gradient() const override { return late_gradient_; }

 private:
  void Resize(int batch);
  /// Row-major input of layer `layer`, [batch x layer_inputs]; behind the last layer its output.
  float* activation(int layer) { return activations_[layer].data(); }

  int batch_ = 0;
  int capacity_ = 0;
  std::vector<std::vector<float>> activations_;  // inputs of each layer, then the output
  std::vector<float> delta_,
      next_delta_;  // gradient of a layer's pre-activation, and of the one below
  std::vector<float> late_gradient_;
};

}  // namespace sinew::models
