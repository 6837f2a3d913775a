#include "models/parameter_tangent.h"

#include <cassert>

#include "models/kernels.h"

namespace sinew::models {

Activation ParameterTangent::ActivationOf(int layer) const {
  return layer + 1 == spec_.layers() ? spec_.output_activation : spec_.hidden_activation;
}

void ParameterTangent::Begin(const Network& network, std::span<const float> input, int batch) {
  spec_ = network.spec();
  batch_ = batch;
  assert(spec_.late_inputs == 0);
  assert(input.size() == static_cast<size_t>(batch) * spec_.inputs);
  const float* parameters = network.parameters().values().data();
  layers_.resize(spec_.layers());
  const float* below = input.data();
  for (int i = 0; i < spec_.layers(); ++i) {
    const int inputs = spec_.layer_inputs(i), outputs = spec_.layer_outputs(i);
    const int width = i == 0 ? inputs : 2 * inputs;
    const float* weight = parameters + spec_.weight_offset(i);
    Layer& layer = layers_[i];
    layer.weights.resize(static_cast<size_t>(outputs) * width);
    layer.rows.resize(static_cast<size_t>(batch) * width);
    layer.values.resize(static_cast<size_t>(batch) * outputs);
    layer.tangent.resize(layer.values.size());
    if (i > 0) CopyColumns(weight, inputs, outputs, layer.weights.data(), width);
    CopyColumns(below, inputs, batch, layer.rows.data() + width - inputs, width);
    DenseForward(below, inputs, weight, parameters + spec_.bias_offset(i), outputs, batch,
                 ActivationOf(i), layer.values.data(), outputs);
    below = layer.values.data();
  }
}

std::span<const float> ParameterTangent::Product(std::span<const float> direction) {
  assert(direction.size() == static_cast<size_t>(spec_.parameter_count()));
  for (int i = 0; i < spec_.layers(); ++i) {
    const int inputs = spec_.layer_inputs(i), outputs = spec_.layer_outputs(i);
    const int width = i == 0 ? inputs : 2 * inputs;
    Layer& layer = layers_[i];
    CopyColumns(direction.data() + spec_.weight_offset(i), inputs, outputs,
                layer.weights.data() + width - inputs, width);
    DenseForward(layer.rows.data(), width, layer.weights.data(),
                 direction.data() + spec_.bias_offset(i), outputs, batch_, Activation::kIdentity,
                 layer.tangent.data(), outputs);
    if (ActivationOf(i) != Activation::kIdentity) {
      ActivationBackward(layer.tangent.data(), layer.values.data(), batch_, outputs,
                         ActivationOf(i), layer.tangent.data());
    }
    if (i + 1 < spec_.layers()) {
      CopyColumns(layer.tangent.data(), outputs, batch_, layers_[i + 1].rows.data(), 2 * outputs);
    }
  }
  return layers_.back().tangent;
}

}  // namespace sinew::models
