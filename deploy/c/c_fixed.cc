#include "deploy/c/c_fixed.h"

#include <fmt/format.h>

#include <algorithm>

#include "deploy/base/c_text.h"

namespace sinew::deploy {
namespace {

constexpr std::string_view kFixedLayers = R"(
/* sum * multiplier / 2^shift to the nearest, within +-limit; nothing overflows 64 bits */
static inline int32_t @p@_rescale(int64_t sum, int32_t multiplier, int shift, int32_t limit) {
  const uint64_t size = (uint64_t)(sum < 0 ? -sum : sum) * (uint64_t)multiplier;
  const uint64_t rounded = (size + ((uint64_t)1 << (shift - 1))) >> shift;
  const int32_t bounded = rounded > (uint64_t)limit ? limit : (int32_t)rounded;
  return sum < 0 ? -bounded : bounded;
}

/* tanh of value / 2^20, in units of 1 / 32767: a table, linear in between */
static inline int32_t @p@_tanh(int32_t value) {
  const int32_t size = value < 0 ? -value : value;
  const int32_t step = size >> 14, rest = size & 16383;
  int32_t y = @p@_tanh_table[step];
  if (step < 512) y += ((@p@_tanh_table[step + 1] - y) * rest + 8192) >> 14;
  return value < 0 ? -y : y;
}

enum { @P@_IDENTITY = 0, @P@_RELU = 1, @P@_TANH = 2 };

/* y = activation(weight x + bias), weight [outputs x inputs]; sums have 64 bits */
static inline void @p@_dense(const int16_t *@P@_RESTRICT weight, const int64_t *@P@_RESTRICT bias,
                             const int32_t *@P@_RESTRICT multiplier,
                             const uint8_t *@P@_RESTRICT shift, int activation, int32_t limit,
                             int inputs, int outputs, const int32_t *@P@_RESTRICT x,
                             int32_t *@P@_RESTRICT y) {
  int i, j;
  for (i = 0; i < outputs; ++i, weight += inputs) {
    int64_t sum = bias[i];
    for (j = 0; j < inputs; ++j) sum += (int64_t)weight[j] * x[j];
    if (activation == @P@_TANH) {
      y[i] = @p@_tanh(@p@_rescale(sum, multiplier[i], shift[i], 8 << 20));
    } else {
      y[i] = @p@_rescale(sum, multiplier[i], shift[i], limit);
      if (activation == @P@_RELU && y[i] < 0) y[i] = 0;
    }
  }
}

/* Normalised action in [-1, 1] for a raw observation; all zero unless the status is
 * @P@_OK. The two arrays must not overlap. */
static inline int @p@_action(const float observation[@P@_OBS_DIM], float action[@P@_ACT_DIM]) {
  int32_t a[@P@_WIDTH], b[@P@_WIDTH];
  int i;
  for (i = 0; i < @P@_ACT_DIM; ++i) action[i] = 0.0f;
  if (!@p@_all_finite(observation, @P@_OBS_DIM)) return @P@_BAD_OBSERVATION;
  for (i = 0; i < @P@_OBS_DIM; ++i) {
    const float x = @p@_clamp((observation[i] - @p@_obs_mean[i]) * @p@_obs_scale[i], -@P@_OBS_CLIP, @P@_OBS_CLIP);
    const float units = @p@_clamp(x * @P@_INPUT_UNITS, -4194304.0f, 4194304.0f);
    a[i] = (int32_t)(units < 0.0f ? units - 0.5f : units + 0.5f);
  }
@layers@  for (i = 0; i < @P@_ACT_DIM; ++i) action[i] = (float)@last@[i] / 32767.0f;
  return @P@_OK;
}
)";

template <class T>
std::string CIntegers(const std::string& type, const std::string& name,
                      const std::vector<T>& values) {
  constexpr size_t kPerLine = 12;
  std::string text = fmt::format("static const {} {}[{}] = {{", type, name, values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}{},", i % kPerLine ? " " : "\n    ", values[i]);
  }
  return text + "\n};\n";
}

int64_t Width(const FixedPolicy& policy) {
  int64_t width = policy.layers.front().inputs;
  for (const FixedLayer& layer : policy.layers) width = std::max<int64_t>(width, layer.outputs);
  return width;
}

std::string Arrays(const FixedPolicy& policy) {
  std::string text = CFloats("@p@_obs_mean", policy.obs_mean) +
                     CFloats("@p@_obs_scale", policy.obs_scale) +
                     CIntegers("int16_t", "@p@_tanh_table", TanhTable());
  for (size_t k = 0; k < policy.layers.size(); ++k) {
    const FixedLayer& layer = policy.layers[k];
    text += fmt::format("/* layer {}: {} to {}, {} */\n", k, layer.inputs, layer.outputs,
                        layer.activation);
    text += CIntegers("int16_t", fmt::format("@p@_weight{}", k), layer.weight) +
            CIntegers("int64_t", fmt::format("@p@_bias{}", k), layer.bias) +
            CIntegers("int32_t", fmt::format("@p@_multiplier{}", k), layer.multiplier) +
            CIntegers("uint8_t", fmt::format("@p@_shift{}", k), layer.shift);
  }
  return text;
}

std::string Functions(const FixedPolicy& policy) {
  std::string layers;
  const char *from = "a", *to = "b";
  for (size_t k = 0; k < policy.layers.size(); ++k) {
    const FixedLayer& layer = policy.layers[k];
    const char* activation = layer.activation == "tanh"   ? "@P@_TANH"
                             : layer.activation == "relu" ? "@P@_RELU"
                                                          : "@P@_IDENTITY";
    layers += fmt::format(
        "  @p@_dense(@p@_weight{0}, @p@_bias{0}, @p@_multiplier{0}, @p@_shift{0}, {1}, {2}, {3}, "
        "{4}, {5}, {6});\n",
        k, activation, layer.limit, layer.inputs, layer.outputs, from, to);
    std::swap(from, to);
  }
  std::string text(kFixedLayers);
  ReplaceAll(&text, "@layers@", layers);
  ReplaceAll(&text, "@last@", from);
  return text;
}

}  // namespace

CCost CostInFixedC(const FixedPolicy& policy) {
  CCost cost;
  // the normaliser's mean and scale, the torque limits and tanh's table
  cost.flash_bytes = 2 * static_cast<int64_t>(sizeof(float)) *
                         (policy.layers.front().inputs + policy.layers.back().outputs) +
                     (kTanhSteps + 1) * static_cast<int64_t>(sizeof(int16_t));
  for (const FixedLayer& layer : policy.layers) {
    const int64_t weights = int64_t{layer.inputs} * layer.outputs;
    cost.macs += weights;
    cost.parameters += weights + layer.outputs;
    cost.flash_bytes +=
        weights * static_cast<int64_t>(sizeof(int16_t)) +
        layer.outputs * static_cast<int64_t>(sizeof(int64_t) + sizeof(int32_t) + sizeof(uint8_t));
  }
  cost.stack_bytes = 2 * static_cast<int64_t>(sizeof(int32_t)) * Width(policy);
  return cost;
}

std::string CFixedHeader(const policy::PolicyGraph& graph, const FixedPolicy& policy,
                         const std::string& prefix) {
  const CCost cost = CostInFixedC(policy);
  return WithPrefix(
      CIntroduction(graph, cost, "weights of 16 bits in whole numbers") +
          CContract(
              graph, cost,
              {{"OBS_CLIP", fmt::format("{:a}f", policy.obs_clip)},
               {"WIDTH", fmt::to_string(Width(policy))},
               {"INPUT_UNITS",
                fmt::format("{:a}f", static_cast<float>(kSignalLimit / policy.input_range))}}) +
          Arrays(policy) + CHelpers() + Functions(policy) + CTorque(graph.contract, false),
      prefix);
}

}  // namespace sinew::deploy
