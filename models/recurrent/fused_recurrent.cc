#include "models/recurrent/fused_recurrent.h"

#include <cassert>

namespace sinew::models {

FusedRecurrent::FusedRecurrent(const RecurrentSpec& spec)
    : RecurrentNetwork(spec), gru_(spec.gru()), head_(spec.head_layers(), RowBits::kSame) {
  if (!spec.encoder.empty()) encoder_.emplace(spec.encoder_layers(), RowBits::kSame);
}

std::span<const float> FusedRecurrent::Forward(const Sequences& sequences) {
  assert(sequences.inputs.size() == sequences.rows() * spec().inputs);
  const float* values = parameters().values().data();
  const int rows = static_cast<int>(sequences.rows());
  const float* read;
  if (encoder_) {
    read = encoder_->Forward(values, sequences.inputs, {}, rows).data();
  } else {
    inputs_.assign(sequences.inputs.begin(), sequences.inputs.end());
    read = inputs_.data();
  }
  const auto states = gru_.Forward(values + spec().gru_offset(), sequences, read);
  return head_.Forward(values + spec().head_offset(), states, sequences.late_inputs, rows);
}

void FusedRecurrent::Backward(std::span<const float> output_gradient,
                              const BackwardOptions& options) {
  const float* values = parameters().values().data();
  float* gradient = this->gradient().values().data();
  const size_t rows = output_gradient.size() / spec().outputs;
  state_gradient_.resize(rows * spec().memory);
  head_.Backward(values + spec().head_offset(), output_gradient,
                 {.parameters = options.parameters ? gradient + spec().head_offset() : nullptr,
                  .input = options.parameters ? state_gradient_.data() : nullptr,
                  .late_input = options.late_input,
                  .pool = options.pool});
  if (!options.parameters) return;
  if (encoder_) input_gradient_.resize(rows * spec().gru().inputs);
  gru_.Backward(values + spec().gru_offset(), state_gradient_.data(),
                gradient + spec().gru_offset(), encoder_ ? input_gradient_.data() : nullptr,
                options.pool);
  if (encoder_) {
    encoder_->Backward(values, input_gradient_, {.parameters = gradient, .pool = options.pool});
  }
}

}  // namespace sinew::models
