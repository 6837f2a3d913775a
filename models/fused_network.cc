#include "models/fused_network.h"

#include <algorithm>
#include <cassert>

#include "models/kernels.h"

namespace sinew::models {

FusedNetwork::FusedNetwork(const NetworkSpec& spec)
    : Network(spec), activations_(spec.layers() + 1) {}

void FusedNetwork::Resize(int batch) {
  batch_ = batch;
  if (batch <= capacity_) return;
  capacity_ = batch;
  int widest = 0;
  for (int layer = 0; layer < spec().layers(); ++layer) {
    activations_[layer].resize(static_cast<size_t>(batch) * spec().layer_inputs(layer));
    widest = std::max({widest, spec().layer_inputs(layer), spec().layer_outputs(layer)});
  }
  activations_.back().resize(static_cast<size_t>(batch) * spec().outputs);
  delta_.resize(static_cast<size_t>(batch) * widest);
  next_delta_.resize(delta_.size());
  late_gradient_.resize(static_cast<size_t>(batch) * spec().late_inputs);
}

std::span<const float> FusedNetwork::Forward(std::span<const float> input,
                                             std::span<const float> late_input, int batch) {
  assert(input.size() == static_cast<size_t>(batch) * spec().inputs);
  assert(late_input.size() == static_cast<size_t>(batch) * spec().late_inputs);
  Resize(batch);
  CopyColumns(input.data(), spec().inputs, batch, activation(0), spec().layer_inputs(0));
  if (spec().late_inputs > 0) {
    const int layer = spec().late_layer, width = spec().layer_inputs(layer);
    CopyColumns(late_input.data(), spec().late_inputs, batch,
                activation(layer) + width - spec().late_inputs, width);
  }
  const float* parameters = this->parameters().values().data();
  for (int layer = 0; layer < spec().layers(); ++layer) {
    const bool last = layer + 1 == spec().layers();
    const int inputs = spec().layer_inputs(layer), outputs = spec().layer_outputs(layer);
    // the output lands in the next layer's input, whose rows may be wider by the late input
    const int stride = last ? outputs : spec().layer_inputs(layer + 1);
    DenseForward(activation(layer), inputs, parameters + spec().weight_offset(layer),
                 parameters + spec().bias_offset(layer), outputs, batch,
                 last ? spec().output_activation : spec().hidden_activation, activation(layer + 1),
                 stride);
  }
  return {activations_.back().data(), static_cast<size_t>(batch) * spec().outputs};
}

void FusedNetwork::Backward(std::span<const float> output_gradient,
                            const BackwardOptions& options) {
  assert(output_gradient.size() == static_cast<size_t>(batch_) * spec().outputs);
  const float* parameters = this->parameters().values().data();
  float* gradient = this->gradient().values().data();
  const int last = spec().layers() - 1;
  ActivationBackward(output_gradient.data(), activation(last + 1), batch_, spec().outputs,
                     spec().output_activation, delta_.data());
  for (int layer = last; layer >= 0; --layer) {
    const int inputs = spec().layer_inputs(layer), outputs = spec().layer_outputs(layer);
    const float* weight = parameters + spec().weight_offset(layer);
    if (options.parameters) {
      DenseWeightGradient(delta_.data(), outputs, activation(layer), inputs, batch_,
                          gradient + spec().weight_offset(layer),
                          gradient + spec().bias_offset(layer));
    }
    const bool late_here = options.late_input && layer == spec().late_layer;
    if (late_here) {
      const int late = spec().late_inputs;
      DenseInputGradient(delta_.data(), outputs, weight + inputs - late, inputs, late, batch_,
                         late_gradient_.data());
    }
    // below the late input nothing is needed for its gradient alone
    if (layer == 0 || (late_here && !options.parameters)) break;
    const int width = spec().hidden[layer - 1];
    DenseInputGradient(delta_.data(), outputs, weight, inputs, width, batch_, next_delta_.data(),
                       {spec().hidden_activation, activation(layer), inputs});
    std::swap(delta_, next_delta_);
  }
}

}  // namespace sinew::models
