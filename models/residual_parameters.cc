#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/residual_network.h"

namespace sinew::models {
namespace {

using Value = policy::GraphBuilder::Value;

std::vector<float> Slice(std::span<const float> values, int64_t from, int64_t to) {
  return {values.begin() + from, values.begin() + to};
}

policy::DenseLayer LayerAt(const DensePlace& place, std::span<const float> values,
                           const char* activation) {
  return {place.inputs, place.outputs, Slice(values, place.weight, place.bias()),
          Slice(values, place.bias(), place.end()), activation};
}

Value DescribeNorm(const NormPlace& place, NormKind norm, std::span<const float> values,
                   const Value& x, policy::GraphBuilder* graph) {
  if (norm == NormKind::kNone) return x;
  policy::Tensor gain = policy::VectorOf(Slice(values, place.gain, place.gain + place.width));
  if (!place.centred) return graph->Apply(policy::RmsNorm{std::move(gain), kNormEpsilon}, {x});
  policy::Tensor bias = policy::VectorOf(Slice(values, place.bias(), place.bias() + place.width));
  return graph->Apply(policy::LayerNorm{std::move(gain), std::move(bias), kNormEpsilon}, {x});
}

}  // namespace

void FillResidual(const NetworkSpec& spec, Random& random, float final_range,
                  std::span<float> values) {
  const ResidualLayout layout(spec);
  const auto fill = [&](const DensePlace& place, double range) {
    for (int64_t i = place.weight; i < place.end(); ++i) {
      values[i] = static_cast<float>(random.Uniform(-range, range));
    }
  };
  const auto hidden = [&](const DensePlace& place) {
    fill(place, 1 / std::sqrt(static_cast<double>(place.inputs)));
  };
  // gains are 1, and the biases of norms 0
  const auto start = [&](const NormPlace& place) {
    if (spec.residual.norm == NormKind::kNone) return;
    std::fill_n(values.begin() + place.gain, place.width, 1.0f);
    if (place.centred) std::fill_n(values.begin() + place.bias(), place.width, 0.0f);
  };
  hidden(layout.embedding());
  for (int i = 0; i < layout.blocks(); ++i) {
    const ResidualLayout::Block block = layout.block(i);
    start(block.norm);
    hidden(block.up);
    hidden(block.down);
  }
  start(layout.last_norm());
  fill(layout.head(), final_range);
}

void ProjectToUnitRows(const NetworkSpec& spec, std::span<float> values) {
  const ResidualLayout layout(spec);
  const auto project = [&](const DensePlace& place) {
    UnitRows(values.data() + place.weight, place.outputs, place.inputs);
  };
  project(layout.embedding());
  for (int i = 0; i < layout.blocks(); ++i) {
    project(layout.block(i).up);
    project(layout.block(i).down);
  }
}

Value DescribeResidual(const NetworkSpec& spec, std::span<const float> values, const Value& x,
                       policy::GraphBuilder* graph) {
  const ResidualLayout layout(spec);
  const auto dense = [&](const DensePlace& place, const char* activation, const Value& from,
                         const std::string& name) {
    return graph->Apply(policy::DenseOf(LayerAt(place, values, activation)), {from}, name);
  };
  Value h = dense(layout.embedding(), "identity", x, "embedding");
  for (int i = 0; i < layout.blocks(); ++i) {
    const ResidualLayout::Block block = layout.block(i);
    Value inner = DescribeNorm(block.norm, spec.residual.norm, values, h, graph);
    inner = dense(block.up, "relu", inner, fmt::format("block{}_up", i));
    inner = dense(block.down, "identity", inner, fmt::format("block{}_down", i));
    h = graph->Sum({h, inner});
  }
  return DescribeNorm(layout.last_norm(), spec.residual.norm, values, h, graph);
}

policy::DenseLayer ResidualHead(const NetworkSpec& spec, std::span<const float> values) {
  return LayerAt(ResidualLayout(spec).head(), values, "identity");
}

}  // namespace sinew::models
