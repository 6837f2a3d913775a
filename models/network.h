#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "core/thread_pool.h"
#include "models/flat_parameters.h"
#include "models/learnable.h"
#include "policy/perceptron.h"

namespace sinew::models {

enum class Activation { kIdentity, kRelu, kTanh };

/// What a residual block does to its input before its layers see it.
enum class NormKind { kNone, kRms, kLayer };

/// Residual blocks in place of hidden layers, see residual_network.h. The width of what runs past
/// them is the network's only hidden width.
struct ResidualShape {
  int blocks = 0;     // 0: the network is a plain perceptron
  int expansion = 4;  // a block's inner width is this many times the outer one
  NormKind norm = NormKind::kRms;
};

/// Shape of a multilayer perceptron, or of a network of residual blocks. A critic's action is a
/// second input that joins at layer `late_layer`: 0 puts it beside the observation, 1 into the
/// second layer as in Lillicrap et al. 2015.
struct NetworkSpec {
  int inputs = 0;
  int late_inputs = 0;
  int late_layer = 0;
  std::vector<int> hidden;
  int outputs = 0;
  Activation hidden_activation = Activation::kRelu;
  Activation output_activation = Activation::kIdentity;
  ResidualShape residual{};

  int layers() const { return static_cast<int>(hidden.size()) + 1; }
  /// Width of what layer `layer` reads, late input included.
  int layer_inputs(int layer) const;
  int layer_outputs(int layer) const;
  int64_t weight_offset(
      int layer) const;  // weights [outputs x inputs] row-major, then biases [outputs]
  int64_t bias_offset(int layer) const;
  int64_t parameter_count() const;
};

/// What Backward computes.
struct BackwardOptions {
  bool parameters = true;   // gradient of every parameter, into gradient()
  bool late_input = false;  // gradient of the late input (the action), into late_gradient()
  // computes a layer's two gradients, by its weights and by its input, side by side; null: one
  // thread, and the same bits
  ThreadPool* pool = nullptr;
};

/// A multilayer perceptron with its parameters, gradient and workspaces; forward and backward over
/// a batch. Two implementations agree to rounding: the fused CPU path, and LibTorch's autograd (the
/// oracle in tests, other devices). Not thread-safe; allocates only when the batch grows.
class Network : public Learnable {
 public:
  explicit Network(const NetworkSpec& spec);

  const NetworkSpec& spec() const { return spec_; }

  /// @param input       [batch x inputs].
  /// @param late_input  [batch x late_inputs], empty if there is none.
  /// @return            [batch x outputs], valid until the next call.
  virtual std::span<const float> Forward(std::span<const float> input,
                                         std::span<const float> late_input, int batch) = 0;
  /// The same values as Forward's for less memory traffic; there is no way back from them.
  virtual std::span<const float> Evaluate(std::span<const float> input,
                                          std::span<const float> late_input, int batch) {
    return Forward(input, late_input, batch);
  }
  /// Back-propagates through the last Forward; only Backward may have followed it.
  /// @param output_gradient  [batch x outputs].
  virtual void Backward(std::span<const float> output_gradient, const BackwardOptions& options) = 0;
  /// [batch x late_inputs] after Backward with late_input set.
  virtual std::span<const float> late_gradient() const = 0;

 private:
  NetworkSpec spec_;
};

enum class Backend { kFused, kAutograd };

/// @param device  "cpu", or for the autograd back end any LibTorch device ("cuda").
/// @throws UserError if the device is not there.
std::unique_ptr<Network> MakeNetwork(const NetworkSpec& spec, Backend backend = Backend::kFused,
                                     const std::string& device = "cpu");

/// Hidden layers U(+-1/sqrt(fan_in)), last layer U(+-final_range), biases alike.
/// Source: Lillicrap et al. 2015, arXiv:1509.02971, section 7 (final_range 3e-3).
void InitializeUniform(Network& network, Random& random, float final_range);
/// The same for parameters of this shape. @param values  [spec.parameter_count()], overwritten.
void FillUniform(const NetworkSpec& spec, Random& random, float final_range,
                 std::span<float> values);

/// The layers of a network of this shape as plain data; a late input stands behind the other inputs
/// of its layer. @param values  [spec.parameter_count()].
std::vector<policy::DenseLayer> LayersOf(const NetworkSpec& spec, std::span<const float> values);
/// The layers as plain data, for the policy file. @throws std::logic_error if the network has a
/// late input.
std::vector<policy::DenseLayer> ToDenseLayers(const Network& network);
/// The same for a critic: the late input stands behind the other inputs of its layer.
std::vector<policy::DenseLayer> CriticLayers(const Network& network);

}  // namespace sinew::models
