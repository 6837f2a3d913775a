#include "deploy/c/c_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <vector>

#include "deploy/base/backend.h"
#include "deploy/base/c_text.h"
#include "deploy/base/golden.h"
#include "deploy/c/c_contract.h"

namespace sinew::deploy {
namespace {

constexpr std::string_view kTorque = R"(
#define @p@_command_low @p@_torque_low
#define @p@_command_high @p@_torque_high

/* Normalised actions to torques [N·m, of slides N], in place. */
static inline void @p@_action_to_torque(float values[@P@_ACT_DIM]) {
  int i;
  for (i = 0; i < @P@_ACT_DIM; ++i) {
    const float low = @p@_torque_low[i], high = @p@_torque_high[i];
    const float value = low + 0.5f * (values[i] + 1.0f) * (high - low);
    values[i] = low < high ? @p@_clamp(value, low, high) : @p@_clamp(value, high, low);
  }
}
)";

constexpr std::string_view kCallTorque = R"(
/* Torques [N·m, of slides N] for a raw observation, within the limits; all zero unless the status is
 * @P@_OK. The two arrays must not overlap. */
static inline int @p@_torque(const float observation[@P@_OBS_DIM], float torque[@P@_ACT_DIM]) {
  const int status = @p@_action(observation, torque);
  if (status == @P@_OK) @p@_action_to_torque(torque);
  return status;
}

/* The same, by the name that it has whatever a policy commands. */
static inline int @p@_command(const float observation[@P@_OBS_DIM], float command[@P@_ACT_DIM]) {
  return @p@_torque(observation, command);
}
)";

constexpr std::string_view kStepTorque = R"(
/* One step: torques [N·m, of slides N] for a raw observation, within the limits; all zero, and the
 * state as it was, unless the status is @P@_OK. The arrays must not overlap. */
static inline int @p@_step(@p@_state *state, const float observation[@P@_OBS_DIM],
                           float torque[@P@_ACT_DIM]) {
  const int status = @p@_step_action(state, observation, torque);
  if (status == @P@_OK) @p@_action_to_torque(torque);
  return status;
}
)";

constexpr std::string_view kSampleStepTorque = R"(
/* The same for an action that is sampled: noise holds @P@_ACT_DIM numbers drawn from the standard
 * normal distribution. */
static inline int @p@_sample_step(@p@_state *state, const float observation[@P@_OBS_DIM],
                                  const float noise[@P@_ACT_DIM], float torque[@P@_ACT_DIM]) {
  const int status = @p@_sample_step_action(state, observation, noise, torque);
  if (status == @P@_OK) @p@_action_to_torque(torque);
  return status;
}
)";

constexpr std::string_view kSampleTorque = R"(
/* The same for an action that is sampled: noise holds @P@_ACT_DIM numbers drawn from the standard
 * normal distribution. */
static inline int @p@_sample_torque(const float observation[@P@_OBS_DIM],
                                    const float noise[@P@_ACT_DIM], float torque[@P@_ACT_DIM]) {
  const int status = @p@_sample_action(observation, noise, torque);
  if (status == @P@_OK) @p@_action_to_torque(torque);
  return status;
}
static inline int @p@_sample_command(const float observation[@P@_OBS_DIM],
                                     const float noise[@P@_ACT_DIM], float command[@P@_ACT_DIM]) {
  return @p@_sample_torque(observation, noise, command);
}
)";

constexpr std::string_view kTarget = R"(
#define @P@_SERVOS 1 /* some commands are targets: see @p@_servo_torque */

/* Commands for normalised actions. With a status other than @P@_OK position targets stay as
 * the array has them, so that a drive holds the last one; everything else becomes zero. */
static inline void @p@_answer(int status, const float action[@P@_ACT_DIM],
                              float command[@P@_ACT_DIM]) {
  int i;
  for (i = 0; i < @P@_ACT_DIM; ++i) {
    const float low = @p@_command_low[i], high = @p@_command_high[i];
    const float value = low + 0.5f * (action[i] + 1.0f) * (high - low);
    if (status == @P@_OK) {
      command[i] = low < high ? @p@_clamp(value, low, high) : @p@_clamp(value, high, low);
    } else if (!@p@_held[i]) {
      command[i] = 0.0f;
    }
  }
}

/* What servo i makes of a command at a position [rad, m] and a velocity [rad/s, m/s] of its joint:
 * torque [N·m] or force [N], within the limits. A joint that is no servo gets its command. An
 * increment is to be added to the position at the control step first. */
static inline float @p@_servo_torque(int i, float command, float position, float velocity) {
  float torque = command;
  if (@p@_kind[i] == 1) torque = @p@_kp[i] * (command - position) - @p@_kd[i] * velocity;
  if (@p@_kind[i] == 2) torque = @p@_kd[i] * (command - velocity);
  return @p@_clamp(torque, @p@_torque_low[i], @p@_torque_high[i]);
}
)";

constexpr std::string_view kCallTarget = R"(
/* Commands for a raw observation, in the units listed above and within their limits. Keep the array
 * from call to call: see @p@_answer for a status other than @P@_OK. The two arrays must not
 * overlap. */
static inline int @p@_command(const float observation[@P@_OBS_DIM], float command[@P@_ACT_DIM]) {
  float action[@P@_ACT_DIM];
  const int status = @p@_action(observation, action);
  @p@_answer(status, action, command);
  return status;
}
)";

constexpr std::string_view kStepTarget = R"(
/* One step: commands for a raw observation, in the units listed above and within their limits. Keep
 * the array from step to step: see @p@_answer for a status other than @P@_OK, which leaves the state
 * as it was. The arrays must not overlap. */
static inline int @p@_step(@p@_state *state, const float observation[@P@_OBS_DIM],
                           float command[@P@_ACT_DIM]) {
  float action[@P@_ACT_DIM];
  const int status = @p@_step_action(state, observation, action);
  @p@_answer(status, action, command);
  return status;
}
)";

constexpr std::string_view kSampleStepTarget = R"(
/* The same for an action that is sampled: noise holds @P@_ACT_DIM numbers drawn from the standard
 * normal distribution. */
static inline int @p@_sample_step(@p@_state *state, const float observation[@P@_OBS_DIM],
                                  const float noise[@P@_ACT_DIM], float command[@P@_ACT_DIM]) {
  float action[@P@_ACT_DIM];
  const int status = @p@_sample_step_action(state, observation, noise, action);
  @p@_answer(status, action, command);
  return status;
}
)";

// by the name of what all of the commands are
constexpr std::string_view kTargetName = R"(
/* The same, named after what it gives. */
static inline int @p@_target(const float observation[@P@_OBS_DIM], float target[@P@_ACT_DIM]) {
  return @p@_command(observation, target);
}
)";

constexpr std::string_view kSampleTarget = R"(
/* The same for an action that is sampled: noise holds @P@_ACT_DIM numbers drawn from the standard
 * normal distribution. */
static inline int @p@_sample_command(const float observation[@P@_OBS_DIM],
                                     const float noise[@P@_ACT_DIM], float command[@P@_ACT_DIM]) {
  float action[@P@_ACT_DIM];
  const int status = @p@_sample_action(observation, noise, action);
  @p@_answer(status, action, command);
  return status;
}
)";

constexpr std::string_view kTorqueSafety = R"(
 *   @P@_OK               torques are finite and within the limits.
 *   @P@_BAD_OBSERVATION  an element was NaN or infinite: all torques are zero.
 *   @P@_BAD_OUTPUT       the network's output was not finite: all torques are zero.
 * Zero torque lets an arm without gravity compensation fall: decide what a bad status means for
 * the machine (brake, hold position).)";

constexpr std::string_view kTargetSafety = R"(
 *   @P@_OK               commands are finite and within the limits.
 *   @P@_BAD_OBSERVATION  an element was NaN or infinite: hold.
 *   @P@_BAD_OUTPUT       the network's output was not finite: hold.
 * To hold, the position targets in the array stay as the last call left them, and speeds, increments
 * and torques become zero. Keep one array for all calls, and fill it with the present positions
 * before the first: zero is a place, not a safe value. Decide how long the machine may hold.)";

float OrLargest(double limit) {
  if (std::isfinite(limit)) return WithinLimit(limit);
  return limit < 0 ? -FLT_MAX : FLT_MAX;
}

const char* KindNumber(const spec::ActionElement& element) {
  if (element.kind == spec::ActionKind::kPosition) return "1";
  return element.kind == spec::ActionKind::kVelocity ? "2" : "0";
}

}  // namespace

std::string CSafety(const spec::Contract& contract) {
  return std::string(IsTorqueOnly(contract) ? kTorqueSafety : kTargetSafety);
}

std::string CommandLine(const spec::ActionElement& element) {
  const std::string name = CComment(element.name());
  if (!element.is_servo()) {
    std::string text =
        fmt::format("{}{}, {:.6g} to {:.6g} {}", name, element.tendon ? " (a tendon)" : "",
                    element.low(), element.high(), element.unit());
    for (const spec::DrivenJoint& joint : element.joints) {
      if (!element.tendon) break;
      text += fmt::format("; {} {:.6g} to {:.6g} {}", CComment(joint.joint), joint.torque_low,
                          joint.torque_high, joint.linear ? "N" : "N·m");
    }
    return text;
  }
  const std::string described = spec::Describe(element).substr(element.name().size());
  return fmt::format("{}{}; run by the {}{}", name, described,
                     element.law == spec::ServoLaw::kModel ? "drive" : "controller",
                     element.increment ? ", beyond the present position" : "");
}

std::string CCommandArrays(const spec::Contract& contract) {
  std::vector<float> low, high, torque_low, torque_high, kp, kd;
  std::string kinds, held;
  for (const spec::ActionElement& element : contract.action) {
    low.push_back(WithinLimit(element.low()));
    high.push_back(WithinLimit(element.high()));
    torque_low.push_back(OrLargest(element.torque_low));
    torque_high.push_back(OrLargest(element.torque_high));
    kp.push_back(static_cast<float>(element.kp));
    kd.push_back(static_cast<float>(element.kd));
    kinds += fmt::format("{}{}", kinds.empty() ? "" : ", ", KindNumber(element));
    held += fmt::format("{}{}", held.empty() ? "" : ", ", IsHeld(element) ? 1 : 0);
  }
  const std::string limits =
      CFloats("@p@_torque_low", torque_low) + CFloats("@p@_torque_high", torque_high);
  if (IsTorqueOnly(contract)) return limits;
  return CFloats("@p@_command_low", low) + CFloats("@p@_command_high", high) +
         "/* of what comes of the commands [N·m, N] */\n" + limits + CFloats("@p@_kp", kp) +
         CFloats("@p@_kd", kd) +
         fmt::format(
             "/* 0: torque or force, 1: position, 2: velocity */\n"
             "static const uint8_t @p@_kind[] = {{{}}};\n"
             "/* 1: a bad status leaves the last command */\n"
             "static const uint8_t @p@_held[] = {{{}}};\n",
             kinds, held);
}

std::string CCommand(const spec::Contract& contract, bool stochastic, bool state) {
  const bool torque = IsTorqueOnly(contract);
  std::string text(torque ? kTorque : kTarget);
  if (state) {
    text += torque ? kStepTorque : kStepTarget;
    if (stochastic) text += torque ? kSampleStepTorque : kSampleStepTarget;
    return text;
  }
  text += torque ? kCallTorque : kCallTarget;
  const bool targets = spec::CommandWord(contract.action) == std::string_view("target");
  if (targets) text += kTargetName;
  if (stochastic) text += torque ? kSampleTorque : kSampleTarget;
  return text;
}

}  // namespace sinew::deploy
