#include "deploy/c_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "deploy/c_text.h"

namespace sinew::deploy {
namespace {

constexpr std::string_view kIntroduction = R"(
 *
 * In every control period:
 *
 *   float observation[@P@_OBS_DIM];  raw physical values, order and units as listed below
 *   float torque[@P@_ACT_DIM];       N·m at the joints, within their limits
 *   int status = @p@_torque(observation, torque);
 *
 * Safety. The status must be looked at:
 *   @P@_OK               torques are finite and within the limits.
 *   @P@_BAD_OBSERVATION  an element was NaN or infinite: all torques are zero.
 *   @P@_BAD_OUTPUT       the network's output was not finite: all torques are zero.
 * Zero torque lets an arm without gravity compensation fall: decide what a bad status means for
 * the machine (brake, hold position). The checks look at bits and survive -ffast-math.
 * @p@_outside_training tells whether an observation lies outside of what the policy
 * saw while it learned.
 *
 * No heap, no state: may be called from several threads. C99, or C++17 for its hexadecimal
 * floating-point literals; needs libm for tanhf. Compile with -O3 for speed.
 */
)";

constexpr std::string_view kPrologue = R"(
#ifndef @P@_POLICY_H
#define @P@_POLICY_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

)";

constexpr std::string_view kFunctions = R"(
enum { @P@_OK = 0, @P@_BAD_OBSERVATION = 1, @P@_BAD_OUTPUT = 2 };

#if defined(__GNUC__)
#define @P@_RESTRICT __restrict__
#else
#define @P@_RESTRICT
#endif

/* 1 if no element is NaN or infinite */
static inline int @p@_all_finite(const float *values, int count) {
  int i;
  for (i = 0; i < count; ++i) {
    uint32_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    if ((bits & 0x7f800000u) == 0x7f800000u) return 0;
  }
  return 1;
}

static inline float @p@_clamp(float value, float low, float high) {
  return value < low ? low : value > high ? high : value;
}

/* y = bias + weight^T x, weight [inputs x outputs]; four inputs at a time, every output on its own,
 * so that compilers vectorise it and the time does not depend on the values */
static inline void @p@_dense(const float *weight, const float *bias, int inputs, int outputs,
                             const float *@P@_RESTRICT x, float *@P@_RESTRICT y) {
  int i, j;
  for (i = 0; i < outputs; ++i) y[i] = bias[i];
  for (j = 0; j + 3 < inputs; j += 4, weight += 4 * outputs) {
    const float *w0 = weight, *w1 = w0 + outputs, *w2 = w1 + outputs, *w3 = w2 + outputs;
    const float x0 = x[j], x1 = x[j + 1], x2 = x[j + 2], x3 = x[j + 3];
    for (i = 0; i < outputs; ++i) y[i] += (w0[i] * x0 + w1[i] * x1) + (w2[i] * x2 + w3[i] * x3);
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

/* Index of the first element outside of the range seen in training, -1 if there is none (NaN is
 * not looked for). */
static inline int @p@_outside_training(const float observation[@P@_OBS_DIM]) {
  int i;
  for (i = 0; i < @P@_OBS_DIM; ++i) {
    if (observation[i] < @p@_training_low[i] || observation[i] > @p@_training_high[i]) return i;
  }
  return -1;
}

/* Normalised action in [-1, 1] for a raw observation; all zero unless the status is
 * @P@_OK. The two arrays must not overlap. */
static inline int @p@_action(const float observation[@P@_OBS_DIM], float action[@P@_ACT_DIM]) {
  float a[@P@_WIDTH], b[@P@_WIDTH];
  int i;
  for (i = 0; i < @P@_ACT_DIM; ++i) action[i] = 0.0f;
  if (!@p@_all_finite(observation, @P@_OBS_DIM)) return @P@_BAD_OBSERVATION;
  for (i = 0; i < @P@_OBS_DIM; ++i) {
    a[i] = @p@_clamp((observation[i] - @p@_obs_mean[i]) * @p@_obs_scale[i], -@P@_OBS_CLIP, @P@_OBS_CLIP);
  }
@layers@  if (!@p@_all_finite(@last@, @P@_ACT_DIM)) return @P@_BAD_OUTPUT;
  for (i = 0; i < @P@_ACT_DIM; ++i) action[i] = @p@_clamp(@last@[i], -1.0f, 1.0f);
  return @P@_OK;
}

/* Torques [N·m] for a raw observation, within the limits; all zero unless the status is
 * @P@_OK. The two arrays must not overlap. */
static inline int @p@_torque(const float observation[@P@_OBS_DIM], float torque[@P@_ACT_DIM]) {
  int i;
  const int status = @p@_action(observation, torque);
  if (status != @P@_OK) return status;
  for (i = 0; i < @P@_ACT_DIM; ++i) {
    const float low = @p@_torque_low[i], high = @p@_torque_high[i];
    const float value = low + 0.5f * (torque[i] + 1.0f) * (high - low);
    torque[i] = low < high ? @p@_clamp(value, low, high) : @p@_clamp(value, high, low);
  }
  return @P@_OK;
}

#ifdef __cplusplus
}
#endif

#endif
)";

void ReplaceAll(std::string* text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text->find(from, at)) != std::string::npos; at += to.size()) {
    text->replace(at, from.size(), to);
  }
}

int64_t Width(const models::PolicyArtifact& artifact) {
  size_t width = artifact.obs_mean.size();
  for (const auto& layer : artifact.layers) width = std::max<size_t>(width, layer.outputs);
  return static_cast<int64_t>(width);
}

// the nearest float that does not lie beyond the limit
float WithinLimit(double limit) {
  const auto rounded = static_cast<float>(limit);
  return std::abs(static_cast<double>(rounded)) > std::abs(limit) ? std::nextafter(rounded, 0.0f)
                                                                  : rounded;
}

std::string Comment(const models::PolicyArtifact& artifact, const std::string& prefix) {
  const models::Contract& contract = artifact.contract;
  std::string text = fmt::format(
      "/* Policy for the task {}, learned by {} (seed {}, {} steps, commit {}).\n"
      " * Evaluated over {} episodes: mean return {:.6g}, success rate {:.1f} %.",
      CComment(contract.task), CComment(contract.agent), contract.seed, contract.env_steps,
      CComment(contract.commit), contract.evaluation.episodes, contract.evaluation.mean,
      100 * contract.evaluation.success_rate);
  text += WithPrefix(kIntroduction, prefix);
  text += "\n/* Observation:\n";
  for (size_t i = 0; i < contract.observation.size(); ++i) {
    const auto& element = contract.observation[i];
    text +=
        fmt::format(" *   {:3} {} [{}], in training {:.4g} to {:.4g}\n", i, CComment(element.name),
                    CComment(element.unit), element.training_low, element.training_high);
  }
  text += " * Joints:\n";
  for (size_t i = 0; i < contract.action.size(); ++i) {
    const auto& joint = contract.action[i];
    text += fmt::format(" *   {:3} {}, {:.6g} to {:.6g} N·m\n", i, CComment(joint.joint),
                        joint.torque_low, joint.torque_high);
  }
  return text + " */\n";
}

std::string Macros(const models::PolicyArtifact& artifact) {
  const models::Contract& contract = artifact.contract;
  const CCost cost = CostInC(artifact);
  std::string text;
  const auto define = [&text](const char* name, const std::string& value, const char* meaning) {
    text += fmt::format("#define @P@_{} {}{}\n", name, value,
                        *meaning ? fmt::format(" /* {} */", meaning) : "");
  };
  define("TASK", CString(contract.task), "");
  define("AGENT", CString(contract.agent), "");
  define("MODEL_HASH", CString(contract.model_hash), "of the simulated robot");
  define("POLICY_HASH", CString(models::PolicyHash(artifact)), "");
  define("OBS_DIM", fmt::to_string(artifact.obs_mean.size()), "");
  define("ACT_DIM", fmt::to_string(contract.action.size()), "");
  define("CONTROL_PERIOD", fmt::format("{:#}", contract.control_dt),
         "call once in so many seconds");
  define("GRAVITY_COMPENSATION", contract.gravity_compensation ? "1" : "0",
         "1: the robot adds the torques that hold its weight");
  define("PARAMETERS", fmt::to_string(cost.parameters), "");
  define("FLASH_BYTES", fmt::to_string(cost.flash_bytes), "constant data");
  define("STACK_BYTES", fmt::to_string(cost.stack_bytes), "working memory of one call");
  define("MACS", fmt::to_string(cost.macs), "multiply-accumulates of one call");
  define("WIDTH", fmt::to_string(Width(artifact)), "widest layer");
  define("OBS_CLIP", fmt::format("{:a}f", artifact.obs_clip), "");
  return text;
}

std::string ContractArrays(const models::Contract& contract) {
  std::vector<std::string> names, units, joints;
  std::vector<float> training_low, training_high, torque_low, torque_high;
  for (const auto& element : contract.observation) {
    names.push_back(element.name);
    units.push_back(element.unit);
    // a range that nobody recorded excludes nothing
    const bool known = std::isfinite(element.training_low) && std::isfinite(element.training_high);
    training_low.push_back(known ? static_cast<float>(element.training_low) : -FLT_MAX);
    training_high.push_back(known ? static_cast<float>(element.training_high) : FLT_MAX);
  }
  for (const auto& joint : contract.action) {
    joints.push_back(joint.joint);
    torque_low.push_back(WithinLimit(joint.torque_low));
    torque_high.push_back(WithinLimit(joint.torque_high));
  }
  return "\n" + CStrings("@p@_obs_names", names) + CStrings("@p@_obs_units", units) +
         CStrings("@p@_joint_names", joints) + CFloats("@p@_training_low", training_low) +
         CFloats("@p@_training_high", training_high) + CFloats("@p@_torque_low", torque_low) +
         CFloats("@p@_torque_high", torque_high);
}

std::string NetworkArrays(const models::PolicyArtifact& artifact) {
  std::string text =
      CFloats("@p@_obs_mean", artifact.obs_mean) + CFloats("@p@_obs_scale", artifact.obs_scale);
  for (size_t k = 0; k < artifact.layers.size(); ++k) {
    const models::DenseLayer& layer = artifact.layers[k];
    std::vector<float> transposed;
    for (int j = 0; j < layer.inputs; ++j) {
      for (int i = 0; i < layer.outputs; ++i)
        transposed.push_back(layer.weight[i * layer.inputs + j]);
    }
    text += fmt::format("/* layer {}: {} to {}, {} */\n", k, layer.inputs, layer.outputs,
                        layer.activation);
    text += CFloats(fmt::format("@p@_weight{}", k), transposed);
    text += CFloats(fmt::format("@p@_bias{}", k), layer.bias);
  }
  return text;
}

// the functions, with one call a layer; the two buffers swap roles
std::string Functions(const models::PolicyArtifact& artifact) {
  std::string layers;
  const char *from = "a", *to = "b";
  for (size_t k = 0; k < artifact.layers.size(); ++k) {
    const models::DenseLayer& layer = artifact.layers[k];
    layers += fmt::format("  @p@_dense(@p@_weight{0}, @p@_bias{0}, {1}, {2}, {3}, {4});\n", k,
                          layer.inputs, layer.outputs, from, to);
    if (layer.activation != "identity") {
      layers += fmt::format("  @p@_{}({}, {});\n", layer.activation, to, layer.outputs);
    }
    std::swap(from, to);
  }
  std::string text(kFunctions);
  ReplaceAll(&text, "@layers@", layers);
  ReplaceAll(&text, "@last@", from);
  return text;
}

}  // namespace

CCost CostInC(const models::PolicyArtifact& artifact) {
  constexpr int64_t kFloat = sizeof(float);
  const auto obs_dim = static_cast<int64_t>(artifact.obs_mean.size());
  const auto act_dim = static_cast<int64_t>(artifact.contract.action.size());
  CCost cost;
  cost.parameters = models::ParameterCount(artifact);
  // with the normaliser's mean and scale and the torque limits; names and training ranges are
  // dropped by the linker where nothing refers to them
  cost.flash_bytes = kFloat * (cost.parameters + 2 * obs_dim + 2 * act_dim);
  cost.stack_bytes = 2 * kFloat * Width(artifact);
  for (const auto& layer : artifact.layers) cost.macs += int64_t{layer.inputs} * layer.outputs;
  return cost;
}

std::string CHeader(const models::PolicyArtifact& artifact, const std::string& prefix) {
  models::CheckArtifact(artifact);
  const std::string body = std::string(kPrologue) + Macros(artifact) +
                           ContractArrays(artifact.contract) + NetworkArrays(artifact) +
                           Functions(artifact);
  return Comment(artifact, prefix) + WithPrefix(body, prefix);
}

}  // namespace sinew::deploy
