#pragma once

#include <span>
#include <vector>

#include "core/aligned_vector.h"
#include "models/kernels.h"
#include "models/network.h"

namespace sinew::models {

/// Where a pass backward through layers puts gradients; null: it is not asked for.
struct LayerGradients {
  float* parameters = nullptr;  // [parameter_count]
  float* input = nullptr;       // [batch x inputs]
  bool late_input = false;      // into late_gradient()
  ThreadPool* pool = nullptr;   // see BackwardOptions
};

/// Dense layers forward and backward, written out on the kernels of kernels.h; the parameters are
/// someone else's, laid out as in NetworkSpec. What the way back needs is kept in workspaces of its
/// own; all else passes through buffers that the layers of a thread share, so that it stays in the
/// cache. Not thread-safe; allocates only when the batch grows.
class FusedLayers {
 public:
  explicit FusedLayers(const NetworkSpec& spec, RowBits bits = RowBits::kFastest);

  /// As Network's. @param parameters  [parameter_count].
  std::span<const float> Forward(const float* parameters, std::span<const float> input,
                                 std::span<const float> late_input, int batch);
  std::span<const float> Evaluate(const float* parameters, std::span<const float> input,
                                  std::span<const float> late_input, int batch);
  /// @param parameters  those of the last Forward. @param output_gradient  [batch x outputs].
  void Backward(const float* parameters, std::span<const float> output_gradient,
                const LayerGradients& gradients);
  std::span<const float> late_gradient() const {
    return {late_gradient_.data(), static_cast<size_t>(batch_) * spec_.late_inputs};
  }

 private:
  /// @param inputs  of each layer, rows layer_inputs wide; inputs[0] is complete, in the others a
  /// late input stands already. The output goes to output_.
  void Run(const float* parameters, std::span<float* const> inputs, int batch);
  void PlaceLateInput(std::span<const float> late_input, int batch, float* layer_input) const;
  void BackwardLayer(int layer, const float* parameters, const float* delta, float* next_delta,
                     const LayerGradients& gradients);
  /// Row-major input of layer `layer`, [batch x layer_inputs], as Forward left it.
  float* activation(int layer) { return activations_[layer].data(); }

  NetworkSpec spec_;
  RowBits bits_;
  int batch_ = 0;                                  // of the last Forward
  std::vector<AlignedVector<float>> activations_;  // inputs of each layer
  std::vector<float*> inputs_;
  AlignedVector<float> output_, output_delta_, late_gradient_;
};

/// The network of these layers.
class FusedNetwork : public Network {
 public:
  explicit FusedNetwork(const NetworkSpec& spec) : Network(spec), layers_(spec) {}

  std::span<const float> Forward(std::span<const float> input, std::span<const float> late_input,
                                 int batch) override {
    return layers_.Forward(parameters().values().data(), input, late_input, batch);
  }
  std::span<const float> Evaluate(std::span<const float> input, std::span<const float> late_input,
                                  int batch) override {
    return layers_.Evaluate(parameters().values().data(), input, late_input, batch);
  }
  void Backward(std::span<const float> output_gradient, const BackwardOptions& options) override {
    layers_.Backward(parameters().values().data(), output_gradient,
                     {.parameters = options.parameters ? gradient().values().data() : nullptr,
                      .late_input = options.late_input,
                      .pool = options.pool});
  }
  std::span<const float> late_gradient() const override { return layers_.late_gradient(); }

 private:
  FusedLayers layers_;
};

}  // namespace sinew::models
