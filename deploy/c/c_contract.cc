#include "deploy/c/c_contract.h"

#include <fmt/format.h>

#include <cfloat>
#include <cmath>

#include "deploy/base/c_text.h"
#include "deploy/c/c_command.h"

namespace sinew::deploy {
namespace {

constexpr std::string_view kIntroduction = R"(
 * Computes with @numbers@.
 * Costs @flash@ bytes of constants (flash), @stack@ bytes of working memory (stack) and @macs@
 * multiply-adds a call: @P@_FLASH_BYTES, @P@_STACK_BYTES, @P@_MACS.
@memory@ *
 * In every control period (@P@_CONTROL_PERIOD seconds):
 *
 *   float observation[@P@_OBS_DIM];  raw physical values, order and units as listed below
 *   float @w@[@P@_ACT_DIM];       @unit@ at the joints, within their limits
 *   int status = @call@;
 *
 * Safety. The status must be looked at:@safety@
 * The checks look at bits and survive -ffast-math.
 * @p@_outside_training tells whether an observation lies outside of what the policy
 * saw while it learned.
 *
 * @threads@ C99, or C++17 for its hexadecimal
 * floating-point literals; needs nothing beyond libm. Compile with -O3 for speed.
 */
)";

constexpr std::string_view kMemory =
    " *\n"
    " * The policy remembers: what it has seen is in a struct @p@_state that the caller keeps\n"
    " * (@P@_STATE_BYTES bytes). Call @p@_reset(&state) before the first step and whenever the "
    "robot\n"
    " * begins anew; a step whose status is bad leaves the state as it was.\n";

constexpr std::string_view kPrologue = R"(
#ifndef @P@_POLICY_H
#define @P@_POLICY_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

)";

constexpr std::string_view kHelpers = R"(
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
    union {
      float value;
      uint32_t bits;
    } number;
    number.value = values[i];
    if ((number.bits & 0x7f800000u) == 0x7f800000u) return 0;
  }
  return 1;
}

static inline float @p@_clamp(float value, float low, float high) {
  return value < low ? low : value > high ? high : value;
}
)";

constexpr std::string_view kTraining = R"(
/* Index of the first element outside of the range seen in training, -1 if there is none (NaN is
 * not looked for). */
static inline int @p@_outside_training(const float observation[@P@_OBS_DIM]) {
  int i;
  for (i = 0; i < @P@_OBS_DIM; ++i) {
    if (observation[i] < @p@_training_low[i] || observation[i] > @p@_training_high[i]) return i;
  }
  return -1;
}
)";

constexpr std::string_view kEnd = R"(
#ifdef __cplusplus
}
#endif

#endif
)";

std::string Elements(const spec::Contract& contract) {
  std::string text = "\n/* Observation:\n";
  for (size_t i = 0; i < contract.observation.size(); ++i) {
    const auto& element = contract.observation[i];
    const std::string frame =
        element.frame.empty() ? "" : fmt::format(", frame: {}", CComment(element.frame));
    text += fmt::format(" *   {:3} {} [{}], in training {:.4g} to {:.4g}{}\n", i,
                        CComment(element.name), CComment(element.unit), element.training_low,
                        element.training_high, frame);
  }
  text += " * Joints:\n";
  for (size_t i = 0; i < contract.action.size(); ++i) {
    text += fmt::format(" *   {:3} {}\n", i, CommandLine(contract.action[i]));
  }
  return text + " */\n";
}

std::string ContractArrays(const spec::Contract& contract) {
  std::vector<std::string> names, units, frames, joints;
  std::vector<float> training_low, training_high;
  for (const auto& element : contract.observation) {
    names.push_back(element.name);
    units.push_back(element.unit);
    frames.push_back(element.frame);
    // a range that nobody recorded excludes nothing
    const bool known = std::isfinite(element.training_low) && std::isfinite(element.training_high);
    training_low.push_back(known ? static_cast<float>(element.training_low) : -FLT_MAX);
    training_high.push_back(known ? static_cast<float>(element.training_high) : FLT_MAX);
  }
  for (const auto& joint : contract.action) {
    joints.push_back(joint.name());
  }
  std::string text = "\n";
  text += CStrings("@p@_obs_names", names) + CStrings("@p@_obs_units", units) +
          CStrings("@p@_obs_frames", frames) + CStrings("@p@_joint_names", joints) +
          CFloats("@p@_training_low", training_low) + CFloats("@p@_training_high", training_high);
  return text + CCommandArrays(contract);
}

}  // namespace

void ReplaceAll(std::string* text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text->find(from, at)) != std::string::npos; at += to.size()) {
    text->replace(at, from.size(), to);
  }
}

std::string CIntroduction(const policy::PolicyGraph& artifact, const CCost& cost,
                          const std::string& numbers) {
  const spec::Contract& contract = artifact.contract;
  std::string text(kIntroduction);
  const bool state = cost.state_bytes > 0;
  ReplaceAll(&text, "@numbers@", numbers);
  ReplaceAll(&text, "@memory@", state ? kMemory : "");
  ReplaceAll(&text, "@call@",
             state ? "@p@_step(&state, observation, @w@)" : "@p@_@w@(observation, @w@)");
  ReplaceAll(&text, "@safety@", CSafety(contract));
  ReplaceAll(&text, "@w@", spec::CommandWord(contract.action));
  ReplaceAll(&text, "@unit@", spec::CommandUnit(contract.action));
  ReplaceAll(&text, "@threads@",
             state ? "No heap; a state is one thread's at a time."
                   : "No heap, no state: may be called from several threads.");
  ReplaceAll(&text, "@flash@", fmt::to_string(cost.flash_bytes));
  ReplaceAll(&text, "@stack@", fmt::to_string(cost.stack_bytes));
  ReplaceAll(&text, "@macs@", fmt::to_string(cost.macs));
  return fmt::format(
             "/* Policy for the task {}, learned by {} (seed {}, {} steps, commit {}).\n"
             " * Evaluated over {} episodes: mean return {:.6g} (95 % interval {:.6g} to {:.6g}), "
             "success rate {:.1f} %.",
             CComment(contract.task), CComment(contract.agent), contract.seed, contract.env_steps,
             CComment(contract.commit), contract.evaluation.episodes, contract.evaluation.mean,
             contract.evaluation.ci95_low, contract.evaluation.ci95_high,
             100 * contract.evaluation.success_rate) +
         text + Elements(contract);
}

std::string CContract(const policy::PolicyGraph& artifact, const CCost& cost,
                      const std::vector<std::pair<std::string, std::string>>& more) {
  const spec::Contract& contract = artifact.contract;
  std::string text(kPrologue);
  const auto define = [&text](const std::string& name, const std::string& value,
                              const char* meaning = "") {
    text += fmt::format("#define @P@_{} {}{}\n", name, value,
                        *meaning ? fmt::format(" /* {} */", meaning) : "");
  };
  define("TASK", CString(contract.task));
  define("AGENT", CString(contract.agent));
  define("MODEL_HASH", CString(contract.model_hash), "of the simulated robot");
  define("POLICY_HASH", CString(policy::PolicyHash(artifact)));
  define("OBS_DIM", fmt::to_string(contract.observation.size()));
  define("ACT_DIM", fmt::to_string(contract.action.size()));
  define("CONTROL_PERIOD", fmt::format("{:#}", contract.control_dt),
         "call once in so many seconds");
  define("LATENCY", fmt::format("{:#}", contract.latency),
         "seconds from observation to command that training assumed");
  define("GRAVITY_COMPENSATION", contract.gravity_compensation ? "1" : "0",
         "1: the robot adds the torques that hold its weight");
  define("PARAMETERS", fmt::to_string(cost.parameters));
  define("FLASH_BYTES", fmt::to_string(cost.flash_bytes), "constant data");
  define("STACK_BYTES", fmt::to_string(cost.stack_bytes), "working memory of one call");
  define("MACS", fmt::to_string(cost.macs), "multiply-accumulates of one call");
  if (cost.state_bytes > 0) {
    define("STATE_BYTES", fmt::to_string(cost.state_bytes), "of the caller's struct");
  }
  for (const auto& [name, value] : more) define(name, value);
  return text + ContractArrays(contract);
}

std::string CHelpers() { return std::string(kHelpers); }

std::string CTorque(const spec::Contract& contract, bool stochastic, bool state) {
  return std::string(kTraining) + CCommand(contract, stochastic, state) + std::string(kEnd);
}

}  // namespace sinew::deploy
