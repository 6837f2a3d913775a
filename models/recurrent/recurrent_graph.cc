#include "models/recurrent/recurrent_graph.h"

#include <fmt/format.h>

#include <stdexcept>

namespace sinew::models {

policy::GraphBuilder::Value DescribeMemory(const RecurrentNetwork& network, const std::string& x,
                                           policy::GraphBuilder* graph) {
  const RecurrentSpec& spec = network.spec();
  const auto values = network.parameters().values();
  policy::GraphBuilder::Value read = x;
  if (!spec.encoder.empty()) {
    const auto layers = LayersOf(spec.encoder_layers(), values.first(spec.gru_offset()));
    for (size_t k = 0; k < layers.size(); ++k) {
      read = graph->Apply(policy::DenseOf(layers[k]), {read}, fmt::format("encoder{}", k));
    }
  }
  const GruSpec gru = spec.gru();
  const auto part = [&](int64_t begin, int64_t end) {
    const auto numbers = values.subspan(spec.gru_offset() + begin, end - begin);
    return std::vector<float>(numbers.begin(), numbers.end());
  };
  return graph->GruCell(
      read, {.weight_ih = {{3 * gru.width, gru.inputs}, part(0, gru.state_weight())},
             .weight_hh = {{3 * gru.width, gru.width}, part(gru.state_weight(), gru.input_bias())},
             .bias_ih = policy::VectorOf(part(gru.input_bias(), gru.state_bias())),
             .bias_hh = policy::VectorOf(part(gru.state_bias(), gru.parameter_count()))});
}

std::vector<policy::DenseLayer> HeadLayers(const RecurrentNetwork& network) {
  const RecurrentSpec& spec = network.spec();
  if (spec.late_inputs > 0) throw std::logic_error("a network with a late input is no policy");
  return LayersOf(spec.head_layers(), network.parameters().values().subspan(spec.head_offset()));
}

}  // namespace sinew::models
