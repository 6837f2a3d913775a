#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deploy/base/golden.h"
#include "policy/policy_file.h"

namespace sinew::deploy {

/// Between the layers numbers lie within +-2^22, so that a range with much to spare still has a
/// fine unit; actions and what tanh puts out are in units of 1 / 32767.
inline constexpr int32_t kSignalLimit = 1 << 22, kUnitLimit = 32767;

/// A dense layer in whole numbers. With x the inputs, y_i = bounded((sum_j w_ij x_j + bias_i)
/// multiplier_i / 2^shift_i), rounded to the nearest, within +-limit, then the activation. No sum
/// or product leaves 64 bits, whatever the inputs.
struct FixedLayer {
  int inputs = 0, outputs = 0;
  std::string activation;           // "relu", "tanh", "identity"
  int32_t limit = kSignalLimit;     // of the outputs
  std::vector<int16_t> weight;      // row-major [outputs x inputs], each row with its own scale
  std::vector<int64_t> bias;        // in units of the row's sums
  std::vector<int32_t> multiplier;  // > 0
  std::vector<uint8_t> shift;       // 1 to 62
};

/// A policy with 16-bit weights and 32-bit numbers between its layers. The normalised observation
/// is at most `input_range` in size; the last layer's outputs are actions.
///
/// Ranges are 32 times what the golden vectors need; what is larger saturates.
struct FixedPolicy {
  std::vector<float> obs_mean, obs_scale;  // [obs_dim]
  float obs_clip = 0;
  double input_range = 0;
  std::vector<FixedLayer> layers;
};

/// Before tanh a number has units of 2^-20 and lies within +-8, where tanh is 1 to 7 digits.
inline constexpr int kTanhInputBits = 20;
inline constexpr int32_t kTanhInputLimit = 8 << kTanhInputBits;
/// tanh(k / 64) * 32767 for k = 0 to 512; linear in between, which costs less than one unit.
inline constexpr int kTanhSteps = 512;
std::vector<int16_t> TanhTable();

/// @throws UserError if the policy is more than a perceptron, naming the operation or the state
/// that whole numbers cannot have; Error if a weight is too large to be represented.
FixedPolicy QuantizePolicy(const policy::PolicyGraph& graph, const GoldenVectors& golden);
/// The same refusal, before anything is computed.
void CheckQuantizable(const policy::PolicyGraph& graph);

}  // namespace sinew::deploy
