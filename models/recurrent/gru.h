#pragma once

#include <span>

#include "core/aligned_vector.h"
#include "models/recurrent/recurrent_network.h"

namespace sinew::models {

/// The GRU layer forward and backward through time on our own kernels: products with what comes in
/// are one for all steps, only those with the state go step by step. The parameters are someone
/// else's, laid out as in GruSpec. Not thread-safe; allocates only when the number of rows grows.
class FusedGru {
 public:
  explicit FusedGru(const GruSpec& spec) : spec_(spec) {}

  /// @param sequences   whose inputs are not looked at.
  /// @param inputs      [steps x count x inputs], unchanged until Backward is done.
  /// @return            [steps x count x width], the state behind each step.
  std::span<const float> Forward(const float* parameters, const Sequences& sequences,
                                 const float* inputs);
  std::span<const float> states() const { return {states_.data(), rows_ * spec_.width}; }
  /// Through the last Forward.
  /// @param state_gradient  [steps x count x width], by what the states were used for.
  /// @param gradient        [parameter_count].
  /// @param input_gradient  [steps x count x inputs]; null: not computed.
  /// @param pool            computes gradients by inputs and by weights side by side; may be null.
  void Backward(const float* parameters, const float* state_gradient, float* gradient,
                float* input_gradient, ThreadPool* pool);

 private:
  void Grow();
  /// The states before step `step`, those that an episode begins with zero.
  void Begin(int step, const Sequences& sequences);
  void BackwardStep(int step, const float* parameters, const float* state_gradient);

  GruSpec spec_;
  int steps_ = 0, count_ = 0;
  size_t rows_ = 0;
  const float* inputs_ = nullptr;
  AlignedVector<float> state_weight_;  // [width x 3 width], transposed
  AlignedVector<float> gates_;         // [rows x 3 width]: r, z, n
  AlignedVector<float> candidates_;    // [rows x width]: W_hn h + b_hn
  AlignedVector<float> before_;        // [rows x width]
  AlignedVector<float> states_;        // [rows x width]
  AlignedVector<float> from_state_;    // [count x 3 width]
  std::vector<uint8_t> begins_;        // [rows]
  AlignedVector<float> by_input_;      // [rows x 3 width], gradient by W_i x + b_i
  AlignedVector<float> by_state_;      // [rows x 3 width], gradient by W_h h + b_h
  AlignedVector<float> carried_;       // [count x width], gradient by the state behind a step,
                                       // by way of z
  AlignedVector<float> through_;       // [count x width], the same by way of W_h
};

}  // namespace sinew::models
