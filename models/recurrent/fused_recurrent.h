#pragma once

#include <optional>

#include "core/aligned_vector.h"
#include "models/fused_layers.h"
#include "models/recurrent/gru.h"
#include "models/recurrent/recurrent_network.h"

namespace sinew::models {

/// The network with a memory on our own kernels.
class FusedRecurrent : public RecurrentNetwork {
 public:
  explicit FusedRecurrent(const RecurrentSpec& spec);

  std::span<const float> Forward(const Sequences& sequences) override;
  std::span<const float> states() const override { return gru_.states(); }
  void Backward(std::span<const float> output_gradient, const BackwardOptions& options) override;
  std::span<const float> late_gradient() const override { return head_.late_gradient(); }

 private:
  std::optional<FusedLayers> encoder_;
  FusedGru gru_;
  FusedLayers head_;
  AlignedVector<float> inputs_;          // of the memory where there is no encoder
  AlignedVector<float> state_gradient_;  // [rows x memory]
  AlignedVector<float> input_gradient_;  // [rows x encoder's last width]
};

}  // namespace sinew::models
