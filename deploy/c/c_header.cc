#include "deploy/c/c_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "deploy/base/c_text.h"
#include "deploy/c/c_operations.h"
#include "deploy/c/c_values.h"

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

constexpr std::string_view kStepAction = R"(
/* One step: the normalised action in [-1, 1] for a raw observation; all zero, and the state as it
 * was, unless the status is @P@_OK. The arrays must not overlap. */
static inline int @p@_step_action(@p@_state *state, const float observation[@P@_OBS_DIM],
                                  float action[@P@_ACT_DIM]) {
@body@}
)";

constexpr std::string_view kSampleStepAction = R"(
/* One step: the normalised action in [-1, 1] for a raw observation, sampled by @P@_ACT_DIM numbers
 * from the standard normal distribution, or the most likely one where noise is NULL; all zero, and
 * the state as it was, unless the status is @P@_OK. The arrays must not overlap. */
static inline int @p@_sample_step_action(@p@_state *state, const float observation[@P@_OBS_DIM],
                                         const float *noise, float action[@P@_ACT_DIM]) {
@body@}

/* One step with the most likely action. */
static inline int @p@_step_action(@p@_state *state, const float observation[@P@_OBS_DIM],
                                  float action[@P@_ACT_DIM]) {
  return @p@_sample_step_action(state, observation, NULL, action);
}
)";

constexpr std::string_view kBody = R"(  float @buffers@;
  int i;
  for (i = 0; i < @P@_ACT_DIM; ++i) action[i] = 0.0f;
  if (!@p@_all_finite(observation, @P@_OBS_DIM)) return @P@_BAD_OBSERVATION;
@noise_check@@layers@  if (!@p@_all_finite(@last@, @P@_ACT_DIM)) return @P@_BAD_OUTPUT;
  for (i = 0; i < @P@_ACT_DIM; ++i) action[i] = @p@_clamp(@last@[i], -1.0f, 1.0f);
@remember@  return @P@_OK;
)";

constexpr std::string_view kNoiseCheck =
    "  if (noise && !@p@_all_finite(noise, @P@_ACT_DIM)) return @P@_BAD_OBSERVATION;\n";

// Everything that the header says of one graph.
class Header {
 public:
  Header(const policy::PolicyGraph& graph, bool stochastic)
      : graph_(graph),
        stochastic_(stochastic),
        shapes_(policy::CheckGraph(graph)),
        values_(PlaceValues(graph, shapes_)) {
    Fill(policy::kObservation);
    int layer = 0;
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      const policy::Node& node = graph.nodes[i];
      CPlace place{node,
                   {},
                   policy::InputShapes(node, shapes_),
                   values_.expression.at(node.output),
                   shapes_.at(node.output),
                   i,
                   layer,
                   stochastic};
      for (const std::string& input : node.inputs) {
        place.inputs.push_back(values_.expression.at(input));
      }
      layer += std::holds_alternative<policy::Dense>(node.operation);
      Append(OperationInC(place));
      Fill(node.output);
    }
    for (const policy::StateSlot& slot : graph.state) Remember(slot);
    if (policy::HasFill(graph)) remember_ += "  state->begun = 1.0f;\n";
  }

  CCost cost() const {
    constexpr int64_t kFloat = sizeof(float);
    const policy::Cost counted = policy::CountCost(graph_, stochastic_);
    CCost cost;
    cost.parameters = counted.parameters;
    cost.macs = counted.macs;
    cost.stack_bytes = kFloat * (values_.buffers * values_.width + scratch_);
    // with the torque limits; names and training ranges are dropped by the linker where nothing
    // refers to them
    const auto act_dim = static_cast<int64_t>(graph_.contract.action.size());
    cost.flash_bytes = kFloat * (floats_ + 2 * act_dim);
    cost.state_bytes = kFloat * policy::StateSize(graph_);
    return cost;
  }

  std::vector<std::pair<std::string, std::string>> Macros() const {
    std::vector<std::pair<std::string, std::string>> macros;
    if (const policy::Normalize* normalizer = policy::FindNormalizer(graph_)) {
      macros.emplace_back("OBS_CLIP", fmt::format("{:a}f", normalizer->clip));
    }
    macros.emplace_back("WIDTH", fmt::to_string(values_.width));
    return macros;
  }

  std::string Arrays() const { return arrays_ + InitialArrays(); }

  std::string Functions() const {
    return std::string(kLayers) + CHelperFunctions(helpers_) + StateText() + Action();
  }

 private:
  void Append(const CCode& code) {
    arrays_ += code.arrays;
    lines_ += code.lines;
    helpers_.insert(code.helpers.begin(), code.helpers.end());
    floats_ += code.floats;
    scratch_ = std::max(scratch_, code.scratch);
  }

  // at an episode's first step, copies of the value that has just been computed
  void Fill(const std::string& value) {
    for (const policy::StateSlot& slot : graph_.state) {
      if (slot.fill != value) continue;
      lines_ += fmt::format(
          "  for (i = 0; state->begun == 0.0f && i < {}; ++i) state->s_{}[i] = {}[i % {}];\n",
          policy::ElementCount(slot.shape), slot.name, values_.expression.at(value),
          policy::ElementCount(shapes_.at(value)));
    }
  }

  void Remember(const policy::StateSlot& slot) {
    const bool action = slot.next == policy::kAction;
    const int64_t size = policy::ElementCount(slot.shape);
    const int64_t next = action ? static_cast<int64_t>(graph_.contract.action.size())
                                : policy::ElementCount(shapes_.at(slot.next));
    if (next < size) {
      remember_ +=
          fmt::format("  for (i = {0}; i-- > {1};) state->s_{2}[i] = state->s_{2}[i - {1}];\n",
                      size, next, slot.name);
    }
    remember_ += fmt::format("  for (i = 0; i < {}; ++i) state->s_{}[i] = {}[i];\n", next,
                             slot.name, action ? "action" : values_.expression.at(slot.next));
  }

  std::string InitialArrays() const {
    std::string text;
    for (const policy::StateSlot& slot : graph_.state) {
      if (!slot.initial.empty()) text += CFloats("@p@_initial_" + slot.name, slot.initial);
    }
    return text;
  }

  // the struct and the function that begins an episode
  std::string StateText() const {
    if (!policy::HasState(graph_)) return "";
    std::string members, resets;
    if (policy::HasFill(graph_)) {
      members += "  float begun; /* 0 before an episode's first step */\n";
      resets += "  state->begun = 0.0f;\n";
    }
    for (const policy::StateSlot& slot : graph_.state) {
      const int64_t size = policy::ElementCount(slot.shape);
      members += fmt::format("  float s_{}[{}];\n", slot.name, size);
      resets += fmt::format("  for (i = 0; i < {}; ++i) state->s_{}[i] = {};\n", size, slot.name,
                            slot.initial.empty() ? "0.0f" : "@p@_initial_" + slot.name + "[i]");
    }
    return "\n/* What the policy remembers between steps: yours to keep, one for each robot. */\n"
           "typedef struct @p@_state {\n" +
           members +
           "} @p@_state;\n\n"
           "/* To the start of an episode: before the first step, and whenever the robot begins "
           "anew. "
           "*/\n"
           "static inline void @p@_reset(@p@_state *state) {\n  int i;\n" +
           resets + "}\n";
  }

  std::string Buffers() const {
    std::string text;
    for (int k = 0; k < values_.buffers; ++k) {
      text += fmt::format("{}{}[@P@_WIDTH]", k ? ", " : "", CBufferName(k));
    }
    return text;
  }

  std::string Action() const {
    const bool state = policy::HasState(graph_);
    std::string text(state         ? stochastic_ ? kSampleStepAction : kStepAction
                     : stochastic_ ? kSampleAction
                                   : kAction);
    ReplaceAll(&text, "@body@", kBody);
    ReplaceAll(&text, "@buffers@", Buffers());
    ReplaceAll(&text, "@noise_check@", stochastic_ ? kNoiseCheck : "");
    ReplaceAll(&text, "@layers@", lines_);
    ReplaceAll(&text, "@last@", values_.expression.at(graph_.action));
    ReplaceAll(&text, "@remember@", remember_);
    return text;
  }

  const policy::PolicyGraph& graph_;
  bool stochastic_;
  policy::Shapes shapes_;
  CValues values_;
  std::string arrays_, lines_, remember_;
  std::set<std::string> helpers_;
  int64_t floats_ = 0, scratch_ = 0;
};

}  // namespace

CCost CostInC(const policy::PolicyGraph& graph, bool stochastic) {
  return Header(graph, stochastic).cost();
}

std::string CHeader(const policy::PolicyGraph& graph, const std::string& prefix, bool stochastic) {
  const Header header(graph, stochastic);
  const CCost cost = header.cost();
  return WithPrefix(CIntroduction(graph, cost, "float, 32 bits") +
                        CContract(graph, cost, header.Macros()) + header.Arrays() + CHelpers() +
                        header.Functions() +
                        CTorque(graph.contract, stochastic, policy::HasState(graph)),
                    prefix);
}

}  // namespace sinew::deploy
