#include "models/network.h"

#include <cmath>
#include <stdexcept>

#include "core/error.h"
#include "models/autograd_network.h"
#include "models/fused_layers.h"
#include "models/residual_network.h"

namespace sinew::models {

int NetworkSpec::layer_inputs(int layer) const {
  const int before = layer == 0 ? inputs : hidden[layer - 1];
  return before + (layer == late_layer ? late_inputs : 0);
}

int NetworkSpec::layer_outputs(int layer) const {
  return layer < static_cast<int>(hidden.size()) ? hidden[layer] : outputs;
}

int64_t NetworkSpec::weight_offset(int layer) const {
  int64_t offset = 0;
  for (int i = 0; i < layer; ++i) {
    offset += static_cast<int64_t>(layer_inputs(i) + 1) * layer_outputs(i);
  }
  return offset;
}

int64_t NetworkSpec::bias_offset(int layer) const {
  return weight_offset(layer) + static_cast<int64_t>(layer_inputs(layer)) * layer_outputs(layer);
}

int64_t NetworkSpec::parameter_count() const {
  return residual.blocks > 0 ? ResidualLayout(*this).size() : weight_offset(layers());
}

Network::Network(const NetworkSpec& spec) : Learnable(spec.parameter_count()), spec_(spec) {
  if (spec.late_inputs > 0 && spec.late_layer >= spec.layers()) {
    throw UserError(
        "the action joins behind the critic's last layer: give the critic more hidden layers");
  }
}

std::unique_ptr<Network> MakeNetwork(const NetworkSpec& spec, Backend backend,
                                     const std::string& device) {
  if (backend == Backend::kFused) {
    if (device != "cpu")
      throw UserError("the fused back end runs on the CPU; device '" + device +
                      "' needs backend 'autograd'");
    if (spec.residual.blocks > 0) return std::make_unique<ResidualNetwork>(spec);
    return std::make_unique<FusedNetwork>(spec);
  }
  return MakeAutogradNetwork(spec, device);
}

void FillUniform(const NetworkSpec& spec, Random& random, float final_range,
                 std::span<float> values) {
  if (spec.residual.blocks > 0) return FillResidual(spec, random, final_range, values);
  for (int layer = 0; layer < spec.layers(); ++layer) {
    const bool last = layer + 1 == spec.layers();
    const double range =
        last ? final_range : 1 / std::sqrt(static_cast<double>(spec.layer_inputs(layer)));
    for (int64_t i = spec.weight_offset(layer); i < spec.weight_offset(layer + 1); ++i) {
      values[i] = static_cast<float>(random.Uniform(-range, range));
    }
  }
}

void InitializeUniform(Network& network, Random& random, float final_range) {
  FillUniform(network.spec(), random, final_range, network.parameters().values());
}

std::vector<policy::DenseLayer> ToDenseLayers(const Network& network) {
  const NetworkSpec& spec = network.spec();
  if (spec.late_inputs > 0) throw std::logic_error("a network with a late input is no policy");
  return CriticLayers(network);
}

std::vector<policy::DenseLayer> CriticLayers(const Network& network) {
  return LayersOf(network.spec(), network.parameters().values());
}

std::vector<policy::DenseLayer> LayersOf(const NetworkSpec& spec, std::span<const float> values) {
  if (spec.residual.blocks > 0) throw std::logic_error("residual blocks are no plain layers");
  static constexpr const char* kNames[] = {"identity", "relu", "tanh"};
  std::vector<policy::DenseLayer> layers;
  for (int i = 0; i < spec.layers(); ++i) {
    policy::DenseLayer layer;
    layer.inputs = spec.layer_inputs(i);
    layer.outputs = spec.layer_outputs(i);
    layer.weight.assign(values.begin() + spec.weight_offset(i),
                        values.begin() + spec.bias_offset(i));
    layer.bias.assign(values.begin() + spec.bias_offset(i),
                      values.begin() + spec.weight_offset(i + 1));
    const bool last = i + 1 == spec.layers();
    layer.activation =
        kNames[static_cast<int>(last ? spec.output_activation : spec.hidden_activation)];
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace sinew::models
