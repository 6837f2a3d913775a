#include "deploy/c/fixed_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "deploy/base/reference.h"
#include "deploy/base/refusal.h"
#include "policy/perceptron.h"

namespace sinew::deploy {
namespace {

constexpr double kLargest = 32767;
constexpr double kMargin = 32;        // beyond the golden vectors
constexpr double kBiasRoom = 64;      // a bias may exceed the largest product this many times
constexpr double kLeastRange = 1e-3;  // of values that are always zero

// largest size of each of these values over the golden vectors
std::vector<double> Ranges(const policy::PolicyGraph& graph, const std::vector<std::string>& values,
                           const GoldenVectors& golden) {
  std::vector<double> ranges(values.size(), kLeastRange);
  Reference reference(graph);
  for (int n = 0; n < golden.size(); ++n) {
    reference.Act(golden.Observation(n));
    for (size_t k = 0; k < values.size(); ++k) {
      for (const double value : reference.values().at(values[k])) {
        ranges[k] = std::max(ranges[k], std::abs(value));
      }
    }
  }
  for (double& range : ranges) range *= kMargin;
  return ranges;
}

int64_t LargestSum(const FixedLayer& layer, int row, int64_t x_limit) {
  int64_t sum = std::abs(layer.bias[row]);
  for (int j = 0; j < layer.inputs; ++j) {
    sum += x_limit * std::abs(int64_t{layer.weight[static_cast<size_t>(row) * layer.inputs + j]});
  }
  return sum;
}

// multiplier / 2^shift = factor as nearly as the product with the largest sum leaves room for
void SetScale(FixedLayer* layer, int row, int64_t x_limit, double factor) {
  const auto largest = static_cast<double>(LargestSum(*layer, row, x_limit) + 1);
  const double room = std::min(0x1p30, 0x1p61 / largest);
  int shift = 62;
  while (shift > 0 && factor * std::ldexp(1.0, shift) > room) --shift;
  const double multiplier = std::round(factor * std::ldexp(1.0, shift));
  if (shift < 1 || multiplier < 1) {
    throw Error(fmt::format("a layer's scale of {:.3g} does not fit 16-bit arithmetic", factor));
  }
  layer->multiplier.push_back(static_cast<int32_t>(multiplier));
  layer->shift.push_back(static_cast<uint8_t>(shift));
}

bool IsWhole(policy::Activation activation) { return activation <= policy::Activation::kTanh; }

// whole numbers within +-limit that stand for values within +-range
struct Scale {
  double range = 1;
  int64_t limit = kSignalLimit;
  double unit() const { return range / static_cast<double>(limit); }
};

// @param x       of the inputs. @param y_unit  worth of one unit of what the activation reads
FixedLayer Quantize(const policy::DenseLayer& layer, const Scale& x, double y_unit) {
  FixedLayer fixed{layer.inputs, layer.outputs, layer.activation, kSignalLimit, {}, {}, {}, {}};
  for (int i = 0; i < layer.outputs; ++i) {
    const float* row = &layer.weight[static_cast<size_t>(i) * layer.inputs];
    // a row of zeros has any unit
    double largest = std::max(std::abs(layer.bias[i]) / (kBiasRoom * x.range), 1e-9);
    for (int j = 0; j < layer.inputs; ++j) largest = std::max<double>(largest, std::abs(row[j]));
    const double unit = largest / kLargest;
    for (int j = 0; j < layer.inputs; ++j) {
      fixed.weight.push_back(static_cast<int16_t>(std::lround(row[j] / unit)));
    }
    fixed.bias.push_back(std::llround(layer.bias[i] / (unit * x.unit())));
    SetScale(&fixed, i, x.limit, unit * x.unit() / y_unit);
  }
  return fixed;
}

}  // namespace

std::vector<int16_t> TanhTable() {
  std::vector<int16_t> table;
  for (int k = 0; k <= kTanhSteps; ++k) {
    table.push_back(static_cast<int16_t>(std::lround(kLargest * std::tanh(k * 8.0 / kTanhSteps))));
  }
  return table;
}

void CheckQuantizable(const policy::PolicyGraph& graph) {
  policy::CheckGraph(graph);
  if (policy::AsPerceptron(graph)) return;
  constexpr std::string_view kKnown =
      "a normaliser, dense layers with relu or tanh, and nothing else, one behind the other";
  if (policy::HasState(graph)) {
    throw UserError(
        fmt::format("c-int16 cannot have the policy's state '{}': it has no memory; export other "
                    "formats",
                    graph.state[0].name));
  }
  for (const policy::Node& node : graph.nodes) {
    const bool known = std::visit(
        policy::Overloaded{[](const policy::Normalize&) { return true; },
                           [](const policy::Gaussian&) { return true; },
                           [](const policy::Dense& op) { return IsWhole(op.activation); },
                           [](const policy::Activate& op) { return IsWhole(op.activation); },
                           [](const auto&) { return false; }},
        node.operation);
    if (!known) RefuseOperation("c-int16", node, kKnown);
  }
  RefuseOperation("c-int16", graph.nodes.back(), kKnown);
}

FixedPolicy QuantizePolicy(const policy::PolicyGraph& graph, const GoldenVectors& golden) {
  CheckQuantizable(graph);
  policy::Perceptron perceptron = policy::AsPerceptron(graph).value();
  // the most likely action
  perceptron.gaussian.reset();
  const policy::PolicyGraph plain = policy::GraphOf(graph.contract, perceptron);
  std::vector<std::string> values;
  for (const policy::Node& node : plain.nodes) values.push_back(node.output);
  std::vector<double> ranges = Ranges(plain, values, golden);
  ranges[0] = std::min<double>(ranges[0], perceptron.obs_clip);
  FixedPolicy policy{perceptron.obs_mean, perceptron.obs_scale, perceptron.obs_clip, ranges[0], {}};
  Scale x{ranges[0]};
  for (size_t k = 0; k < perceptron.layers.size(); ++k) {
    const policy::DenseLayer& layer = perceptron.layers[k];
    const bool last = k + 1 == perceptron.layers.size(), tanh = layer.activation == "tanh";
    // an action beyond +-1 saturates, as it should
    const Scale y = last || tanh ? Scale{1, kUnitLimit} : Scale{ranges[k + 1]};
    policy.layers.push_back(Quantize(layer, x, tanh ? std::ldexp(1.0, -kTanhInputBits) : y.unit()));
    policy.layers.back().limit = static_cast<int32_t>(y.limit);
    x = y;
  }
  return policy;
}

}  // namespace sinew::deploy
