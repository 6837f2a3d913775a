#include "models/fused_network.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "models/kernels.h"

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

FusedNetwork::FusedNetwork(const NetworkSpec& spec)
    : Network(spec), activations_(spec.layers()), inputs_(spec.layers()) {}

void FusedNetwork::PlaceLateInput(std::span<const float> late_input, int batch,
                                  float* layer_input) const {
  const int late = spec().late_inputs, width = spec().layer_inputs(spec().late_layer);
  CopyColumns(late_input.data(), late, batch, layer_input + width - late, width);
}

void FusedNetwork::Run(std::span<float* const> inputs, int batch) {
  Grow(&output_, static_cast<size_t>(batch) * spec().outputs);
  const float* parameters = this->parameters().values().data();
  for (int layer = 0; layer < spec().layers(); ++layer) {
    const bool last = layer + 1 == spec().layers();
    // the output lands in the next layer's input, whose rows may be wider by the late input
    const int stride = last ? spec().outputs : spec().layer_inputs(layer + 1);
    DenseForward(inputs[layer], spec().layer_inputs(layer),
                 parameters + spec().weight_offset(layer), parameters + spec().bias_offset(layer),
                 spec().layer_outputs(layer), batch,
                 last ? spec().output_activation : spec().hidden_activation,
                 last ? output_.data() : inputs[layer + 1], stride);
  }
}

std::span<const float> FusedNetwork::Forward(std::span<const float> input,
                                             std::span<const float> late_input, int batch) {
  assert(input.size() == static_cast<size_t>(batch) * spec().inputs);
  assert(late_input.size() == static_cast<size_t>(batch) * spec().late_inputs);
  batch_ = batch;
  for (int layer = 0; layer < spec().layers(); ++layer) {
    Grow(&activations_[layer], static_cast<size_t>(batch) * spec().layer_inputs(layer));
    inputs_[layer] = activation(layer);
  }
  CopyColumns(input.data(), spec().inputs, batch, activation(0), spec().layer_inputs(0));
  if (spec().late_inputs > 0) PlaceLateInput(late_input, batch, activation(spec().late_layer));
  Run(inputs_, batch);
  return {output_.data(), static_cast<size_t>(batch) * spec().outputs};
}

std::span<const float> FusedNetwork::Evaluate(std::span<const float> input,
                                              std::span<const float> late_input, int batch) {
  // the late input must stand in its layer before the layer below writes beside it, so it takes a
  // buffer that is not in turn by then
  if (spec().late_inputs > 0 && spec().late_layer > 1) return Forward(input, late_input, batch);
  for (int layer = 0; layer < spec().layers(); ++layer) {
    inputs_[layer] = Scratch(layer, static_cast<size_t>(batch) * spec().layer_inputs(layer));
  }
  // a larger layer may have moved a buffer
  for (int layer = 0; layer < spec().layers(); ++layer) inputs_[layer] = Scratch(layer, 0);
  CopyColumns(input.data(), spec().inputs, batch, inputs_[0], spec().layer_inputs(0));
  if (spec().late_inputs > 0) PlaceLateInput(late_input, batch, inputs_[spec().late_layer]);
  Run(inputs_, batch);
  return {output_.data(), static_cast<size_t>(batch) * spec().outputs};
}

void FusedNetwork::Backward(std::span<const float> output_gradient,
                            const BackwardOptions& options) {
  assert(output_gradient.size() == static_cast<size_t>(batch_) * spec().outputs);
  Grow(&late_gradient_, static_cast<size_t>(batch_) * spec().late_inputs);
  Grow(&output_delta_, output_gradient.size());
  const float* delta = output_gradient.data();
  if (spec().output_activation != Activation::kIdentity) {
    ActivationBackward(delta, output_.data(), batch_, spec().outputs, spec().output_activation,
                       output_delta_.data());
    delta = output_delta_.data();
  }
  // nothing is needed below the late input for its gradient alone
  const int first = options.parameters ? 0 : spec().late_layer;
  for (int layer = spec().layers() - 1; layer >= first; --layer) {
    float* next_delta = nullptr;
    if (layer > first) {
      next_delta = Scratch(layer, static_cast<size_t>(batch_) * spec().hidden[layer - 1]);
    }
    BackwardLayer(layer, delta, next_delta, options);
    delta = next_delta;
  }
}

void FusedNetwork::BackwardLayer(int layer, const float* delta, float* next_delta,
                                 const BackwardOptions& options) {
  const int inputs = spec().layer_inputs(layer), outputs = spec().layer_outputs(layer);
  const float* weight = parameters().values().data() + spec().weight_offset(layer);
  const auto by_parameters = [&] {
    float* gradient = this->gradient().values().data();
    DenseWeightGradient(delta, outputs, activation(layer), inputs, batch_,
                        gradient + spec().weight_offset(layer),
                        gradient + spec().bias_offset(layer));
  };
  const auto by_input = [&] {
    DenseInputGradient(delta, outputs, weight, inputs, spec().hidden[layer - 1], batch_, next_delta,
                       {spec().hidden_activation, activation(layer), inputs});
  };
  if (options.late_input && layer == spec().late_layer) {
    const int late = spec().late_inputs;
    DenseInputGradient(delta, outputs, weight + inputs - late, inputs, late, batch_,
                       late_gradient_.data());
  }
  if (options.pool && options.parameters && next_delta) {
    options.pool->ParallelFor(2, [&](int part) { part == 0 ? by_input() : by_parameters(); });
    return;
  }
  if (options.parameters) by_parameters();
  if (next_delta) by_input();
}

}  // namespace sinew::models
