#include <fmt/format.h>

#include "deploy/base/c_text.h"
#include "deploy/c/c_header.h"

namespace sinew::deploy {
namespace {

constexpr std::string_view kCheck =
    R"(/* Holds the exported policy against its golden vectors: run it on the machine that will control the
 * robot. */
#include <math.h>
#include <stdio.h>

#include "@p@_golden.h"
#include "@p@_policy.h"

#define TOLERANCE @tolerance@f /* of the limit, or of the command where that is larger */

/* does not compile where the count is not that of the arrays */
typedef char golden_vectors_fit
    [sizeof @p@_golden_observation == sizeof(float) * @P@_GOLDEN_COUNT * @P@_OBS_DIM &&
             sizeof @p@_golden_command == sizeof(float) * @P@_GOLDEN_COUNT * @P@_ACT_DIM ? 1 : -1];

int main(void) {
  float observation[@P@_OBS_DIM], command[@P@_ACT_DIM], worst = 0.0f;
@state@  int n, i, status = @P@_OK;
  for (n = 0; n < @P@_GOLDEN_COUNT; ++n) {
@reset@    status |= @call@;
    for (i = 0; i < @P@_ACT_DIM; ++i) {
      const float expected = @p@_golden_command[n * @P@_ACT_DIM + i];
      const float limit = fmaxf(fabsf(@p@_command_low[i]), fabsf(@p@_command_high[i]));
      worst = fmaxf(worst, fabsf(command[i] - expected) / fmaxf(limit, fabsf(expected)));
    }
  }
  printf("%s: %d golden vectors, largest error %.2e of the limit\n", @P@_TASK,
         @P@_GOLDEN_COUNT, (double)worst);
  for (i = 0; i < @P@_OBS_DIM; ++i) observation[i] = 0.0f;
  observation[@P@_OBS_DIM - 1] = HUGE_VALF;
  if (status != @P@_OK || !(worst <= TOLERANCE) || @refused@ != @P@_BAD_OBSERVATION) {
    printf("FAILED\n");
    return 1;
  }
  printf("ok\n");
  return 0;
}
)";

constexpr std::string_view kCall = "@p@_command(@p@_golden_observation + n * @P@_OBS_DIM, command)";
constexpr std::string_view kSampleCall =
    "@p@_sample_command(@p@_golden_observation + n * @P@_OBS_DIM,\n"
    "                              @p@_golden_noise + n * @P@_ACT_DIM, command)";

constexpr std::string_view kStepCall =
    "@p@_step(&state, @p@_golden_observation + n * @P@_OBS_DIM, command)";
constexpr std::string_view kSampleStepCall =
    "@p@_sample_step(&state, @p@_golden_observation + n * @P@_OBS_DIM,\n"
    "                              @p@_golden_noise + n * @P@_ACT_DIM, command)";

constexpr std::string_view kSharedObject = R"(#include "@p@_policy.h"

int sinew_obs_dim(void);
int sinew_act_dim(void);
const char *sinew_policy_hash(void);

int sinew_obs_dim(void) { return @P@_OBS_DIM; }
int sinew_act_dim(void) { return @P@_ACT_DIM; }
const char *sinew_policy_hash(void) { return @P@_POLICY_HASH; }
#ifdef @P@_SERVOS
float sinew_servo_torque(int i, float command, float position, float velocity);
float sinew_servo_torque(int i, float command, float position, float velocity) {
  return @p@_servo_torque(i, command, position, velocity);
}
#endif
)";

// the state is the caller's; nothing where there is none
constexpr std::string_view kSharedCalls = R"(
int sinew_state_bytes(void);
void sinew_reset(void *state);
int sinew_action(void *state, const float *observation, float *action);
int sinew_torque(void *state, const float *observation, float *torque);
int sinew_state_bytes(void) { return 0; }
void sinew_reset(void *state) { (void)state; }
int sinew_action(void *state, const float *observation, float *action) {
  (void)state;
  return @p@_action(observation, action);
}
int sinew_torque(void *state, const float *observation, float *torque) {
  (void)state;
  return @p@_command(observation, torque);
}
)";

constexpr std::string_view kSharedSteps = R"(
int sinew_state_bytes(void);
void sinew_reset(void *state);
int sinew_action(void *state, const float *observation, float *action);
int sinew_torque(void *state, const float *observation, float *torque);
int sinew_state_bytes(void) { return (int)sizeof(@p@_state); }
void sinew_reset(void *state) { @p@_reset((@p@_state *)state); }
int sinew_action(void *state, const float *observation, float *action) {
  return @p@_step_action((@p@_state *)state, observation, action);
}
int sinew_torque(void *state, const float *observation, float *torque) {
  return @p@_step((@p@_state *)state, observation, torque);
}
)";

constexpr std::string_view kSharedSample = R"(
int sinew_sample_torque(void *state, const float *observation, const float *noise, float *torque);
int sinew_sample_torque(void *state, const float *observation, const float *noise, float *torque) {
  (void)state;
  return @p@_sample_command(observation, noise, torque);
}
)";

constexpr std::string_view kSharedSampleStep = R"(
int sinew_sample_torque(void *state, const float *observation, const float *noise, float *torque);
int sinew_sample_torque(void *state, const float *observation, const float *noise, float *torque) {
  return @p@_sample_step((@p@_state *)state, observation, noise, torque);
}
)";

// 1 where the policy is to be reset before a row
std::string BeginArray(const std::vector<uint8_t>& begin) {
  constexpr size_t kPerLine = 40;
  std::string text =
      fmt::format("static const unsigned char @p@_golden_begin[{}] = {{", begin.size());
  for (size_t i = 0; i < begin.size(); ++i) {
    text += fmt::format("{}{},", i % kPerLine ? "" : "\n    ", begin[i]);
  }
  return text + "\n};\n";
}

}  // namespace

std::string CGoldenHeader(const GoldenVectors& golden, const std::string& prefix) {
  const std::vector<float> torque(golden.torque.begin(), golden.torque.end());
  std::string text =
      "/* Observations from the policy's own episodes, one row each, and what the policy "
      "commands for them in float64. */\n"
      "#ifndef @P@_GOLDEN_H\n#define @P@_GOLDEN_H\n\n" +
      fmt::format("#define @P@_GOLDEN_COUNT {}\n\n", golden.size()) +
      CFloats("@p@_golden_observation", golden.observation) + CFloats("@p@_golden_command", torque);
  if (!golden.noise.empty()) text += CFloats("@p@_golden_noise", golden.noise);
  if (!golden.begin.empty()) text += BeginArray(golden.begin);
  return WithPrefix(text + "\n#endif\n", prefix);
}

std::string CCheckProgram(const std::string& prefix, double tolerance, bool stochastic,
                          bool state) {
  std::string text(kCheck);
  ReplaceAll(&text, "@tolerance@", fmt::format("{:.0e}", tolerance));
  ReplaceAll(&text, "@state@", state ? "  @p@_state state;\n" : "");
  ReplaceAll(&text, "@reset@", state ? "    if (@p@_golden_begin[n]) @p@_reset(&state);\n" : "");
  ReplaceAll(
      &text, "@refused@",
      state ? "@p@_step(&state, observation, command)" : "@p@_command(observation, command)");
  ReplaceAll(&text, "@call@",
             state        ? stochastic ? kSampleStepCall : kStepCall
             : stochastic ? kSampleCall
                          : kCall);
  return WithPrefix(text, prefix);
}

std::string CSharedObject(const std::string& prefix, bool stochastic, bool state) {
  std::string text(kSharedObject);
  text += state ? kSharedSteps : kSharedCalls;
  if (stochastic) text += state ? kSharedSampleStep : kSharedSample;
  return WithPrefix(text, prefix);
}

}  // namespace sinew::deploy
