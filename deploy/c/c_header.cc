#include "deploy/c/c_header.h"

#include <fmt/format.h>

#include <algorithm>

#include "deploy/base/c_text.h"

namespace sinew::deploy {
namespace {

constexpr std::string_view kLayers = R"(
/* y = bias + weight^T x, weight [inputs x outputs]; four inputs at a time, every output on its own,
 * so that compilers vectorise it and the time does not depend on the values. Blocks of a fixed
 * length are vectorised under -O2 too. */
static inline void @p@_dense(const float *@P@_RESTRICT weight, const float *@P@_RESTRICT bias,
                             int inputs, int outputs, const float *@P@_RESTRICT x,
                             float *@P@_RESTRICT y) {
  int i, j;
  for (i = 0; i < outputs; ++i) y[i] = bias[i];
  for (j = 0; j + 3 < inputs; j += 4, weight += 4 * outputs) {
    const float *w0 = weight, *w1 = w0 + outputs, *w2 = w1 + outputs, *w3 = w2 + outputs;
    const float x0 = x[j], x1 = x[j + 1], x2 = x[j + 2], x3 = x[j + 3];
    i = 0;
#ifndef __OPTIMIZE_SIZE__
    for (; i + 15 < outputs; i += 16) {
      float sum[16];
      int k;
      for (k = 0; k < 16; ++k) {
        sum[k] = (w0[i + k] * x0 + w1[i + k] * x1) + (w2[i + k] * x2 + w3[i + k] * x3);
      }
      for (k = 0; k < 16; ++k) y[i + k] += sum[k];
    }
#endif
    for (; i < outputs; ++i) y[i] += (w0[i] * x0 + w1[i] * x1) + (w2[i] * x2 + w3[i] * x3);
  }
  for (; j < inputs; ++j, weight += outputs) {
    for (i = 0; i < outputs; ++i) y[i] += weight[i] * x[j];
  }
}

static inline void @p@_relu(float *y, int count) {
  int i;
  for (i = 0; i < count; ++i) y[i] = y[i] < 0.0f ? 0.0f : y[i]; /* NaN stays NaN */
}

static inline void @p@_tanh(float *y, int count) {
  int i;
  for (i = 0; i < count; ++i) y[i] = tanhf(y[i]);
}
)";

constexpr std::string_view kAction = R"(
/* Normalised action in [-1, 1] for a raw observation; all zero unless the status is
 * @P@_OK. The two arrays must not overlap. */
static inline int @p@_action(const float observation[@P@_OBS_DIM], float action[@P@_ACT_DIM]) {
@body@}
)";

constexpr std::string_view kSampleAction = R"(
/* Normalised action in [-1, 1] for a raw observation, sampled by @P@_ACT_DIM numbers from the
 * standard normal distribution, or the most likely one where noise is NULL; all zero unless the
 * status is @P@_OK. The arrays must not overlap. */
static inline int @p@_sample_action(const float observation[@P@_OBS_DIM],
                                    const float *noise, float action[@P@_ACT_DIM]) {
@body@}

/* The most likely action. */
static inline int @p@_action(const float observation[@P@_OBS_DIM], float action[@P@_ACT_DIM]) {
  return @p@_sample_action(observation, NULL, action);
}
)";

constexpr std::string_view kBody = R"(  float a[@P@_WIDTH], b[@P@_WIDTH];
  int i;
  for (i = 0; i < @P@_ACT_DIM; ++i) action[i] = 0.0f;
  if (!@p@_all_finite(observation, @P@_OBS_DIM)) return @P@_BAD_OBSERVATION;
@noise_check@  for (i = 0; i < @P@_OBS_DIM; ++i) {
    a[i] = @p@_clamp((observation[i] - @p@_obs_mean[i]) * @p@_obs_scale[i], -@P@_OBS_CLIP, @P@_OBS_CLIP);
  }
@layers@  if (!@p@_all_finite(@last@, @P@_ACT_DIM)) return @P@_BAD_OUTPUT;
  for (i = 0; i < @P@_ACT_DIM; ++i) action[i] = @p@_clamp(@last@[i], -1.0f, 1.0f);
  return @P@_OK;
)";

constexpr std::string_view kNoiseCheck =
    "  if (noise && !@p@_all_finite(noise, @P@_ACT_DIM)) return @P@_BAD_OBSERVATION;\n";

int64_t Width(const policy::PolicyArtifact& artifact) {
  size_t width = artifact.obs_mean.size();
  for (const auto& layer : artifact.layers) width = std::max<size_t>(width, layer.outputs);
  return static_cast<int64_t>(width);
}

std::vector<float> Transposed(std::span<const float> weight, int inputs, int outputs) {
  std::vector<float> transposed;
  for (int j = 0; j < inputs; ++j) {
    for (int i = 0; i < outputs; ++i) transposed.push_back(weight[i * inputs + j]);
  }
  return transposed;
}

std::string NetworkArrays(const policy::PolicyArtifact& artifact, bool stochastic) {
  std::string text =
      CFloats("@p@_obs_mean", artifact.obs_mean) + CFloats("@p@_obs_scale", artifact.obs_scale);
  for (size_t k = 0; k < artifact.layers.size(); ++k) {
    const policy::DenseLayer& layer = artifact.layers[k];
    text += fmt::format("/* layer {}: {} to {}, {} */\n", k, layer.inputs, layer.outputs,
                        layer.activation);
    text += CFloats(fmt::format("@p@_weight{}", k),
                    Transposed(layer.weight, layer.inputs, layer.outputs));
    text += CFloats(fmt::format("@p@_bias{}", k), layer.bias);
  }
  if (!stochastic) return text;
  const policy::GaussianHead& head = artifact.gaussian.value();
  text += "/* log standard deviations of the noise */\n";
  if (!head.weight.empty()) {
    const policy::DenseLayer& last = artifact.layers.back();
    text += CFloats("@p@_log_std_weight", Transposed(head.weight, last.inputs, last.outputs));
  }
  return text + CFloats("@p@_log_std_bias", head.bias);
}

// adds the noise to the last layer's sums in `u`; `x` is what that layer read
std::string NoiseCode(const policy::PolicyArtifact& artifact, const char* x, const char* u) {
  const policy::GaussianHead& head = artifact.gaussian.value();
  if (head.weight.empty()) {
    return fmt::format(
        "  if (noise) {{\n"
        "    for (i = 0; i < @P@_ACT_DIM; ++i) {}[i] += expf(@p@_log_std_bias[i]) * noise[i];\n"
        "  }}\n",
        u);
  }
  return fmt::format(
      "  if (noise) {{\n"
      "    float s[@P@_ACT_DIM];\n"
      "    @p@_dense(@p@_log_std_weight, @p@_log_std_bias, {}, @P@_ACT_DIM, {}, s);\n"
      "    for (i = 0; i < @P@_ACT_DIM; ++i) {{\n"
      "      {}[i] += expf({:a}f + {:a}f * (1.0f + tanhf(s[i]))) * noise[i];\n"
      "    }}\n"
      "  }}\n",
      artifact.layers.back().inputs, x, u, head.low, 0.5f * (head.high - head.low));
}

// the function that evaluates the network, with one call a layer; the two buffers swap roles
std::string Action(const policy::PolicyArtifact& artifact, bool stochastic) {
  std::string layers;
  const char *from = "a", *to = "b";
  for (size_t k = 0; k < artifact.layers.size(); ++k) {
    const policy::DenseLayer& layer = artifact.layers[k];
    layers += fmt::format("  @p@_dense(@p@_weight{0}, @p@_bias{0}, {1}, {2}, {3}, {4});\n", k,
                          layer.inputs, layer.outputs, from, to);
    if (stochastic && k + 1 == artifact.layers.size()) layers += NoiseCode(artifact, from, to);
    if (layer.activation != "identity") {
      layers += fmt::format("  @p@_{}({}, {});\n", layer.activation, to, layer.outputs);
    }
    std::swap(from, to);
  }
  std::string text(stochastic ? kSampleAction : kAction);
  ReplaceAll(&text, "@body@", kBody);
  ReplaceAll(&text, "@noise_check@", stochastic ? kNoiseCheck : "");
  ReplaceAll(&text, "@layers@", layers);
  ReplaceAll(&text, "@last@", from);
  return text;
}

}  // namespace

CCost CostInC(const policy::PolicyArtifact& artifact, bool stochastic) {
  constexpr int64_t kFloat = sizeof(float);
  const auto obs_dim = static_cast<int64_t>(artifact.obs_mean.size());
  const auto act_dim = static_cast<int64_t>(artifact.contract.action.size());
  CCost cost;
  cost.parameters = policy::ParameterCount(artifact);
  for (const auto& layer : artifact.layers) cost.macs += int64_t{layer.inputs} * layer.outputs;
  cost.stack_bytes = 2 * kFloat * Width(artifact);
  if (stochastic) {
    const policy::GaussianHead& head = artifact.gaussian.value();
    cost.parameters += static_cast<int64_t>(head.weight.size() + head.bias.size());
    cost.macs += static_cast<int64_t>(head.weight.size());
    if (!head.weight.empty()) cost.stack_bytes += kFloat * act_dim;
  }
  // with the normaliser's mean and scale and the torque limits; names and training ranges are
  // dropped by the linker where nothing refers to them
  cost.flash_bytes = kFloat * (cost.parameters + 2 * obs_dim + 2 * act_dim);
  return cost;
}

std::string CHeader(const policy::PolicyArtifact& artifact, const std::string& prefix,
                    bool stochastic) {
  policy::CheckArtifact(artifact);
  const CCost cost = CostInC(artifact, stochastic);
  return WithPrefix(CIntroduction(artifact, cost, "float, 32 bits") +
                        CContract(artifact, cost, {{"WIDTH", fmt::to_string(Width(artifact))}}) +
                        NetworkArrays(artifact, stochastic) + CHelpers() + std::string(kLayers) +
                        Action(artifact, stochastic) + CTorque(stochastic),
                    prefix);
}

}  // namespace sinew::deploy
