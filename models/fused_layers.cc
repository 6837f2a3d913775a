#include "models/fused_layers.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace sinew::models {
namespace {

/// One of two buffers for what is soon read again: a layer's output on its way to the next.
float* Scratch(int which, size_t size) {
  thread_local std::array<AlignedVector<float>, 2> buffers;
  AlignedVector<float>& buffer = buffers[which % 2];
  if (buffer.size() < size) buffer.resize(size);
  return buffer.data();
}

void Grow(AlignedVector<float>* values, size_t size) {
  if (values->size() < size) values->resize(size);
}

}  // namespace

FusedLayers::FusedLayers(const NetworkSpec& spec, RowBits bits)
    : spec_(spec), bits_(bits), activations_(spec.layers()), inputs_(spec.layers()) {}

void FusedLayers::PlaceLateInput(std::span<const float> late_input, int batch,
                                 float* layer_input) const {
  const int late = spec_.late_inputs, width = spec_.layer_inputs(spec_.late_layer);
  CopyColumns(late_input.data(), late, batch, layer_input + width - late, width);
}

void FusedLayers::Run(const float* parameters, std::span<float* const> inputs, int batch) {
  Grow(&output_, static_cast<size_t>(batch) * spec_.outputs);
  for (int layer = 0; layer < spec_.layers(); ++layer) {
    const bool last = layer + 1 == spec_.layers();
    // the output lands in the next layer's input, whose rows may be wider by the late input
    const int stride = last ? spec_.outputs : spec_.layer_inputs(layer + 1);
    DenseForward(inputs[layer], spec_.layer_inputs(layer), parameters + spec_.weight_offset(layer),
                 parameters + spec_.bias_offset(layer), spec_.layer_outputs(layer), batch,
                 last ? spec_.output_activation : spec_.hidden_activation,
                 last ? output_.data() : inputs[layer + 1], stride, bits_);
  }
}

std::span<const float> FusedLayers::Forward(const float* parameters, std::span<const float> input,
                                            std::span<const float> late_input, int batch) {
  assert(input.size() == static_cast<size_t>(batch) * spec_.inputs);
  assert(late_input.size() == static_cast<size_t>(batch) * spec_.late_inputs);
  batch_ = batch;
  for (int layer = 0; layer < spec_.layers(); ++layer) {
    Grow(&activations_[layer], static_cast<size_t>(batch) * spec_.layer_inputs(layer));
    inputs_[layer] = activation(layer);
  }
  CopyColumns(input.data(), spec_.inputs, batch, activation(0), spec_.layer_inputs(0));
  if (spec_.late_inputs > 0) PlaceLateInput(late_input, batch, activation(spec_.late_layer));
  Run(parameters, inputs_, batch);
  return {output_.data(), static_cast<size_t>(batch) * spec_.outputs};
}

std::span<const float> FusedLayers::Evaluate(const float* parameters, std::span<const float> input,
                                             std::span<const float> late_input, int batch) {
  // the late input must stand in its layer before the layer below writes beside it, so it takes a
  // buffer that is not in turn by then
  if (spec_.late_inputs > 0 && spec_.late_layer > 1) {
    return Forward(parameters, input, late_input, batch);
  }
  for (int layer = 0; layer < spec_.layers(); ++layer) {
    inputs_[layer] = Scratch(layer, static_cast<size_t>(batch) * spec_.layer_inputs(layer));
  }
  // a larger layer may have moved a buffer
  for (int layer = 0; layer < spec_.layers(); ++layer) inputs_[layer] = Scratch(layer, 0);
  CopyColumns(input.data(), spec_.inputs, batch, inputs_[0], spec_.layer_inputs(0));
  if (spec_.late_inputs > 0) PlaceLateInput(late_input, batch, inputs_[spec_.late_layer]);
  Run(parameters, inputs_, batch);
  return {output_.data(), static_cast<size_t>(batch) * spec_.outputs};
}

void FusedLayers::Backward(const float* parameters, std::span<const float> output_gradient,
                           const LayerGradients& gradients) {
  assert(output_gradient.size() == static_cast<size_t>(batch_) * spec_.outputs);
  Grow(&late_gradient_, static_cast<size_t>(batch_) * spec_.late_inputs);
  Grow(&output_delta_, output_gradient.size());
  const float* delta = output_gradient.data();
  if (spec_.output_activation != Activation::kIdentity) {
    ActivationBackward(delta, output_.data(), batch_, spec_.outputs, spec_.output_activation,
                       output_delta_.data());
    delta = output_delta_.data();
  }
  // nothing is needed below the late input for its gradient alone
  const int first = gradients.parameters || gradients.input ? 0 : spec_.late_layer;
  for (int layer = spec_.layers() - 1; layer >= first; --layer) {
    float* next_delta = layer == 0 ? gradients.input : nullptr;
    if (layer > first) {
      next_delta = Scratch(layer, static_cast<size_t>(batch_) * spec_.hidden[layer - 1]);
    }
    BackwardLayer(layer, parameters, delta, next_delta, gradients);
    delta = next_delta;
  }
}

void FusedLayers::BackwardLayer(int layer, const float* parameters, const float* delta,
                                float* next_delta, const LayerGradients& gradients) {
  const int inputs = spec_.layer_inputs(layer), outputs = spec_.layer_outputs(layer);
  const float* weight = parameters + spec_.weight_offset(layer);
  const auto by_parameters = [&] {
    DenseWeightGradient(delta, outputs, activation(layer), inputs, batch_,
                        gradients.parameters + spec_.weight_offset(layer),
                        gradients.parameters + spec_.bias_offset(layer));
  };
  const auto by_input = [&] {
    const int width = layer == 0 ? spec_.inputs : spec_.hidden[layer - 1];
    const Slope slope{spec_.hidden_activation, activation(layer), inputs};
    DenseInputGradient(delta, outputs, weight, inputs, width, batch_, next_delta,
                       layer == 0 ? Slope{} : slope);
  };
  if (gradients.late_input && layer == spec_.late_layer) {
    const int late = spec_.late_inputs;
    DenseInputGradient(delta, outputs, weight + inputs - late, inputs, late, batch_,
                       late_gradient_.data());
  }
  if (gradients.pool && gradients.parameters && next_delta) {
    gradients.pool->ParallelFor(2, [&](int part) { part == 0 ? by_input() : by_parameters(); });
    return;
  }
  if (gradients.parameters) by_parameters();
  if (next_delta) by_input();
}

}  // namespace sinew::models
