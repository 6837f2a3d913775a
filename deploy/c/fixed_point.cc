#include "deploy/c/fixed_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace sinew::deploy {
namespace {

constexpr double kLargest = 32767;
constexpr double kMargin = 32;        // beyond the golden vectors
constexpr double kBiasRoom = 64;      // a bias may exceed the largest product this many times
constexpr double kLeastRange = 1e-3;  // of values that are always zero

// largest size of the normalised observation and of each layer's outputs, over the golden vectors
std::vector<double> Ranges(const policy::PolicyArtifact& artifact, const GoldenVectors& golden) {
  std::vector<double> ranges(artifact.layers.size() + 1, kLeastRange);
  const auto widen = [](double* range, const std::vector<double>& values) {
    for (const double value : values) *range = std::max(*range, std::abs(value));
  };
  for (int n = 0; n < golden.size(); ++n) {
    const auto signals = ReferenceSignals(artifact, golden.Observation(n));
    for (size_t k = 0; k < signals.size(); ++k) widen(&ranges[k], signals[k]);
  }
  for (double& range : ranges) range *= kMargin;
  ranges[0] = std::min<double>(ranges[0], artifact.obs_clip);
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

FixedPolicy QuantizePolicy(const policy::PolicyArtifact& artifact, const GoldenVectors& golden) {
  policy::CheckArtifact(artifact);
  const std::vector<double> ranges = Ranges(artifact, golden);
  FixedPolicy policy{ranges[0], {}};
  Scale x{ranges[0]};
  for (size_t k = 0; k < artifact.layers.size(); ++k) {
    const policy::DenseLayer& layer = artifact.layers[k];
    const bool last = k + 1 == artifact.layers.size(), tanh = layer.activation == "tanh";
    // an action beyond +-1 saturates, as it should
    const Scale y = last || tanh ? Scale{1, kUnitLimit} : Scale{ranges[k + 1]};
    policy.layers.push_back(Quantize(layer, x, tanh ? std::ldexp(1.0, -kTanhInputBits) : y.unit()));
    policy.layers.back().limit = static_cast<int32_t>(y.limit);
    x = y;
  }
  return policy;
}

}  // namespace sinew::deploy
