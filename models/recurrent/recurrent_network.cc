#include "models/recurrent/recurrent_network.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/error.h"
#include "models/orthogonal.h"
#include "models/recurrent/autograd_recurrent.h"
#include "models/recurrent/fused_recurrent.h"

namespace sinew::models {

NetworkSpec RecurrentSpec::encoder_layers() const {
  assert(!encoder.empty());
  return {.inputs = inputs,
          .hidden = {encoder.begin(), encoder.end() - 1},
          .outputs = encoder.back(),
          .hidden_activation = hidden_activation,
          .output_activation = hidden_activation};
}

NetworkSpec RecurrentSpec::head_layers() const {
  return {.inputs = memory,
          .late_inputs = late_inputs,
          .hidden = head,
          .outputs = outputs,
          .hidden_activation = hidden_activation,
          .output_activation = output_activation};
}

RecurrentNetwork::RecurrentNetwork(const RecurrentSpec& spec)
    : Learnable(spec.parameter_count()), spec_(spec) {
  if (spec.memory < 1) throw UserError("a memory's state has at least one element");
}

std::span<const float> RecurrentNetwork::Step(std::span<const float> inputs,
                                              std::span<const uint8_t> begins,
                                              std::span<float> state,
                                              std::span<const float> late_inputs) {
  const int count = static_cast<int>(state.size()) / spec_.memory;
  const auto outputs = Forward({.steps = 1,
                                .count = count,
                                .inputs = inputs,
                                .late_inputs = late_inputs,
                                .state = state,
                                .begins = begins});
  std::ranges::copy(states(), state.begin());
  return outputs;
}

std::unique_ptr<RecurrentNetwork> MakeRecurrentNetwork(const RecurrentSpec& spec, Backend backend,
                                                       const std::string& device) {
  if (backend == Backend::kAutograd) return MakeAutogradRecurrent(spec, device);
  if (device != "cpu") {
    throw UserError("the fused back end runs on the CPU; device '" + device +
                    "' needs backend 'autograd'");
  }
  return std::make_unique<FusedRecurrent>(spec);
}

void InitializeOrthogonal(RecurrentNetwork& network, Random& random, double hidden_gain,
                          double final_gain) {
  const RecurrentSpec& spec = network.spec();
  const GruSpec gru = spec.gru();
  const auto values = network.parameters().values();
  std::ranges::fill(values, 0.0f);
  if (!spec.encoder.empty()) {
    FillOrthogonal(spec.encoder_layers(), random, hidden_gain, hidden_gain,
                   values.first(spec.gru_offset()));
  }
  float* memory = values.data() + spec.gru_offset();
  for (int64_t gate = 0; gate < 3; ++gate) {
    FillOrthogonal(random, gru.width, gru.inputs, 1,
                   memory + gru.input_weight() + gate * gru.width * gru.inputs);
    FillOrthogonal(random, gru.width, gru.width, 1,
                   memory + gru.state_weight() + gate * gru.width * gru.width);
  }
  FillOrthogonal(spec.head_layers(), random, hidden_gain, final_gain,
                 values.subspan(spec.head_offset()));
}

void InitializeUniform(RecurrentNetwork& network, Random& random, float final_range) {
  const RecurrentSpec& spec = network.spec();
  const auto values = network.parameters().values();
  const double memory_range = 1 / std::sqrt(static_cast<double>(spec.memory));
  if (!spec.encoder.empty()) {
    const NetworkSpec layers = spec.encoder_layers();
    const double last_inputs = layers.layer_inputs(layers.layers() - 1);
    FillUniform(layers, random, static_cast<float>(1 / std::sqrt(last_inputs)),
                values.first(spec.gru_offset()));
  }
  for (float& value : values.subspan(spec.gru_offset(), spec.gru().parameter_count())) {
    value = static_cast<float>(random.Uniform(-memory_range, memory_range));
  }
  FillUniform(spec.head_layers(), random, final_range, values.subspan(spec.head_offset()));
}

}  // namespace sinew::models
