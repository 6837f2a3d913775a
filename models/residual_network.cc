#include "models/residual_network.h"

#include <algorithm>
#include <cassert>
#include <stdexcept>

#include "models/kernels.h"

namespace sinew::models {
namespace {

void GrowTo(AlignedVector<float>* values, size_t size) {
  if (values->size() < size) values->resize(size);
}

}  // namespace

ResidualNetwork::ResidualNetwork(const NetworkSpec& spec)
    : Network(spec),
      layout_(spec),
      streams_(layout_.blocks() + 1),
      normed_(layout_.blocks() + 1),
      inner_(layout_.blocks()) {}

void ResidualNetwork::Grow(int batch) {
  batch_ = batch;
  const auto rows = static_cast<size_t>(batch);
  const size_t width = rows * layout_.width(), inner = rows * layout_.inner();
  GrowTo(&input_, rows * layout_.embedding().inputs);
  for (Buffer& stream : streams_) GrowTo(&stream, width);
  for (Normed& normed : normed_) {
    GrowTo(&normed.value, width);
    GrowTo(&normed.mean, rows);
    GrowTo(&normed.inverse, rows);
  }
  for (Buffer& values : inner_) GrowTo(&values, inner);
  GrowTo(&output_, rows * spec().outputs);
  GrowTo(&late_gradient_, rows * spec().late_inputs);
}

RowNorm ResidualNetwork::NormOf(const NormPlace& place) const {
  return {at(place.gain), place.centred ? at(place.bias()) : nullptr};
}

const float* ResidualNetwork::Normalize(const NormPlace& place, const float* added, Buffer* stream,
                                        Normed* normed) {
  if (spec().residual.norm == NormKind::kNone) {
    if (added) AddTo(added, batch_ * layout_.width(), stream->data());
    return stream->data();
  }
  AddAndNorm(NormOf(place), added, layout_.width(), batch_, stream->data(), normed->value.data(),
             {normed->mean.data(), normed->inverse.data()});
  return normed->value.data();
}

void ResidualNetwork::Dense(const DensePlace& place, const float* x, Activation activation,
                            float* y) const {
  DenseForward(x, place.inputs, at(place.weight), at(place.bias()), place.outputs, batch_,
               activation, y, place.outputs);
}

std::span<const float> ResidualNetwork::Forward(std::span<const float> input,
                                                std::span<const float> late_input, int batch) {
  assert(input.size() == static_cast<size_t>(batch) * spec().inputs);
  assert(late_input.size() == static_cast<size_t>(batch) * spec().late_inputs);
  Grow(batch);
  const int row = layout_.embedding().inputs;
  CopyColumns(input.data(), spec().inputs, batch, input_.data(), row);
  if (spec().late_inputs > 0) {
    CopyColumns(late_input.data(), spec().late_inputs, batch, input_.data() + spec().inputs, row);
  }
  Dense(layout_.embedding(), input_.data(), Activation::kIdentity, streams_[0].data());
  const float* before = nullptr;
  for (int i = 0; i < layout_.blocks(); ++i) {
    const ResidualLayout::Block block = layout_.block(i);
    const float* x = Normalize(block.norm, before, &streams_[i], &normed_[i]);
    Dense(block.up, x, Activation::kRelu, inner_[i].data());
    Dense(block.down, inner_[i].data(), Activation::kIdentity, streams_[i + 1].data());
    before = streams_[i].data();
  }
  const float* x = Normalize(layout_.last_norm(), before, &streams_.back(), &normed_.back());
  Dense(layout_.head(), x, spec().output_activation, output_.data());
  return {output_.data(), static_cast<size_t>(batch) * spec().outputs};
}

void ResidualNetwork::DenseBackward(const DensePlace& place, const float* delta, const float* x,
                                    const Slope& slope, const BackwardOptions& options,
                                    float* x_gradient) {
  const auto by_parameters = [&] {
    DenseWeightGradient(delta, place.outputs, x, place.inputs, batch_, gradient_at(place.weight),
                        gradient_at(place.bias()));
  };
  const auto by_input = [&] {
    DenseInputGradient(delta, place.outputs, at(place.weight), place.inputs, place.inputs, batch_,
                       x_gradient, slope);
  };
  if (options.pool && options.parameters && x_gradient) {
    options.pool->ParallelFor(2, [&](int part) { part == 0 ? by_input() : by_parameters(); });
    return;
  }
  if (options.parameters) by_parameters();
  if (x_gradient) by_input();
}

void ResidualNetwork::BackThroughNorm(const NormPlace& place, const Buffer& stream, Normed* normed,
                                      const BackwardOptions& options) {
  if (spec().residual.norm == NormKind::kNone) {
    return AddTo(normed_gradient_.data(), batch_ * layout_.width(), stream_gradient_.data());
  }
  float* gain = options.parameters ? gradient_at(place.gain) : nullptr;
  float* bias = options.parameters && place.centred ? gradient_at(place.bias()) : nullptr;
  NormBackward(NormOf(place), normed_gradient_.data(), stream.data(),
               {normed->mean.data(), normed->inverse.data()}, layout_.width(), batch_,
               stream_gradient_.data(), gain, bias);
}

void ResidualNetwork::Backward(std::span<const float> output_gradient,
                               const BackwardOptions& options) {
  assert(output_gradient.size() == static_cast<size_t>(batch_) * spec().outputs);
  const size_t width = static_cast<size_t>(batch_) * layout_.width();
  GrowTo(&stream_gradient_, width);
  GrowTo(&normed_gradient_, width);
  GrowTo(&inner_gradient_, static_cast<size_t>(batch_) * layout_.inner());
  const bool normed = spec().residual.norm != NormKind::kNone;
  const auto read_by = [&](int i) { return (normed ? normed_[i].value : streams_[i]).data(); };
  const int last = layout_.blocks();
  std::ranges::fill_n(stream_gradient_.begin(), static_cast<int64_t>(width), 0.0f);
  if (spec().output_activation != Activation::kIdentity) {
    throw std::logic_error("a residual network's outputs have no activation");
  }
  DenseBackward(layout_.head(), output_gradient.data(), read_by(last), {}, options,
                normed_gradient_.data());
  BackThroughNorm(layout_.last_norm(), streams_[last], &normed_[last], options);
  for (int i = last - 1; i >= 0; --i) {
    const ResidualLayout::Block block = layout_.block(i);
    const Slope slope{Activation::kRelu, inner_[i].data(), layout_.inner()};
    DenseBackward(block.down, stream_gradient_.data(), inner_[i].data(), slope, options,
                  inner_gradient_.data());
    DenseBackward(block.up, inner_gradient_.data(), read_by(i), {}, options,
                  normed_gradient_.data());
    BackThroughNorm(block.norm, streams_[i], &normed_[i], options);
  }
  const DensePlace& embedding = layout_.embedding();
  DenseBackward(embedding, stream_gradient_.data(), input_.data(), {}, options, nullptr);
  if (options.late_input) {
    DenseInputGradient(stream_gradient_.data(), embedding.outputs,
                       at(embedding.weight) + spec().inputs, embedding.inputs, spec().late_inputs,
                       batch_, late_gradient_.data());
  }
}

}  // namespace sinew::models
