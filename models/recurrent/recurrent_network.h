#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "models/learnable.h"
#include "models/network.h"

namespace sinew::models {

/// A layer of gated recurrent units, with PyTorch's names and order of gates:
///
///     r = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
///     z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
///     n = tanh(W_in x + b_in + r (W_hn h + b_hn))
///     h' = (1 - z) n + z h
///
/// Source: Cho et al. 2014, arXiv:1406.1078, with the reset gate behind the product as in PyTorch's
/// GRUCell (and cuDNN), so that W_h h is one product.
struct GruSpec {
  int inputs = 0;
  int width = 0;

  // offsets of weights [3 width x inputs] and [3 width x width], row-major, gates r, z, n below
  // each other, and of biases [3 width]
  int64_t input_weight() const { return 0; }
  int64_t state_weight() const { return static_cast<int64_t>(3) * width * inputs; }
  int64_t input_bias() const { return state_weight() + static_cast<int64_t>(3) * width * width; }
  int64_t state_bias() const { return input_bias() + static_cast<int64_t>(3) * width; }
  int64_t parameter_count() const { return state_bias() + static_cast<int64_t>(3) * width; }
};

/// Shape of a network that remembers: dense layers, a GRU layer, dense layers. A critic's action is
/// a second input that joins behind the memory.
struct RecurrentSpec {
  int inputs = 0;
  std::vector<int> encoder{};  // widths of the layers before the memory; none: it reads the input
  int memory = 0;              // width of the state
  std::vector<int> head{};     // widths of the hidden layers behind the memory
  int late_inputs = 0;
  int outputs = 0;
  Activation hidden_activation = Activation::kTanh;
  Activation output_activation = Activation::kIdentity;

  /// The parts, whose parameters lie behind each other in this order. An encoder of no layers has
  /// no parameters, and encoder_layers() may not be called.
  NetworkSpec encoder_layers() const;
  GruSpec gru() const { return {encoder.empty() ? inputs : encoder.back(), memory}; }
  NetworkSpec head_layers() const;
  int64_t gru_offset() const { return encoder.empty() ? 0 : encoder_layers().parameter_count(); }
  int64_t head_offset() const { return gru_offset() + gru().parameter_count(); }
  int64_t parameter_count() const { return head_offset() + head_layers().parameter_count(); }
};

/// Steps of several sequences side by side: row t * count + i is step t of sequence i.
struct Sequences {
  int steps = 0;
  int count = 0;
  std::span<const float> inputs{};       // [steps x count x inputs]
  std::span<const float> late_inputs{};  // [steps x count x late_inputs], empty if there are none
  std::span<const float> state{};        // [count x memory] before the first step; empty: zero
  std::span<const uint8_t> begins{};  // [steps x count], not 0: an episode begins with this step,
                                      // the state before it is zero; empty: none does
  size_t rows() const { return static_cast<size_t>(steps) * count; }
};

/// A network with a memory, its parameters, gradient and workspaces; forward over sequences,
/// backward through time to their first step, where the state is taken for given (truncated
/// back-propagation). Two implementations agree to rounding, as Network's do. A sequence in one
/// piece gives the bits of its steps one by one, and of any company of other sequences. Not
/// thread-safe; allocates only when the number of rows grows.
/// Source for the way back: Werbos 1990, doi:10.1109/5.58337.
class RecurrentNetwork : public Learnable {
 public:
  /// @throws UserError if the memory has no width.
  explicit RecurrentNetwork(const RecurrentSpec& spec);

  const RecurrentSpec& spec() const { return spec_; }

  /// @return  [steps x count x outputs], valid until the next call.
  virtual std::span<const float> Forward(const Sequences& sequences) = 0;
  /// [steps x count x memory] behind each step of the last Forward.
  virtual std::span<const float> states() const = 0;
  /// Back-propagates through the last Forward; only Backward may have followed it.
  /// @param output_gradient  [steps x count x outputs].
  virtual void Backward(std::span<const float> output_gradient, const BackwardOptions& options) = 0;
  /// [steps x count x late_inputs] after Backward with late_input set.
  virtual std::span<const float> late_gradient() const = 0;

  /// One step of every sequence. @param inputs  [count x inputs]. @param begins  [count] or empty,
  /// see Sequences. @param state  [count x memory], before the step and then behind it.
  /// @param late_inputs  [count x late_inputs], empty if there are none.
  /// @return  [count x outputs], valid until the next call.
  std::span<const float> Step(std::span<const float> inputs, std::span<const uint8_t> begins,
                              std::span<float> state, std::span<const float> late_inputs = {});

 private:
  RecurrentSpec spec_;
};

/// @throws UserError if the device is not there.
std::unique_ptr<RecurrentNetwork> MakeRecurrentNetwork(const RecurrentSpec& spec,
                                                       Backend backend = Backend::kFused,
                                                       const std::string& device = "cpu");

/// Every weight matrix orthogonal, each gate's for itself, biases zero; dense layers as
/// InitializeOrthogonal of Network has them, the gates' matrices with gain 1.
void InitializeOrthogonal(RecurrentNetwork& network, Random& random, double hidden_gain,
                          double final_gain);

/// Dense layers as InitializeUniform of Network has them, the memory U(+-1/sqrt(memory)), which is
/// PyTorch's start.
void InitializeUniform(RecurrentNetwork& network, Random& random, float final_range);

}  // namespace sinew::models
