#include <fmt/format.h>

#include "deploy/c_header.h"
#include "deploy/c_text.h"

namespace sinew::deploy {
namespace {

constexpr std::string_view kCheck =
    R"(/* Holds the exported policy against its golden vectors: run it on the machine that will control the
 * robot. */
#include <math.h>
#include <stdio.h>

#include "@p@_golden.h"
#include "@p@_policy.h"

#define TOLERANCE 1e-5f /* of the torque limit, or of the torque where that is larger */

int main(void) {
  float observation[@P@_OBS_DIM], torque[@P@_ACT_DIM], worst = 0.0f;
  int n, i, status = @P@_OK;
  for (n = 0; n < @P@_GOLDEN_COUNT; ++n) {
    status |= @p@_torque(@p@_golden_observation + n * @P@_OBS_DIM, torque);
    for (i = 0; i < @P@_ACT_DIM; ++i) {
      const float expected = @p@_golden_torque[n * @P@_ACT_DIM + i];
      const float limit = fmaxf(fabsf(@p@_torque_low[i]), fabsf(@p@_torque_high[i]));
      worst = fmaxf(worst, fabsf(torque[i] - expected) / fmaxf(limit, fabsf(expected)));
    }
  }
  printf("%s: %d golden vectors, largest error %.2e of the torque limit\n", @P@_TASK,
         @P@_GOLDEN_COUNT, (double)worst);
  for (i = 0; i < @P@_OBS_DIM; ++i) observation[i] = 0.0f;
  observation[@P@_OBS_DIM - 1] = HUGE_VALF;
  if (status != @P@_OK || !(worst <= TOLERANCE) || @p@_torque(observation, torque) != @P@_BAD_OBSERVATION) {
    printf("FAILED\n");
    return 1;
  }
  printf("ok\n");
  return 0;
}
)";

constexpr std::string_view kSharedObject = R"(#include "@p@_golden.h"
#include "@p@_policy.h"

/* does not compile where the count is not that of the arrays */
enum { kCount = @P@_GOLDEN_COUNT };
typedef char sinew_golden_fits
    [sizeof @p@_golden_observation == sizeof(float) * kCount * @P@_OBS_DIM &&
             sizeof @p@_golden_torque == sizeof(float) * kCount * @P@_ACT_DIM ? 1 : -1];

int sinew_obs_dim(void);
int sinew_act_dim(void);
int sinew_golden_count(void);
const char *sinew_policy_hash(void);
const float *sinew_golden_observation(void);
const float *sinew_golden_torque(void);
int sinew_action(const float *observation, float *action);
int sinew_torque(const float *observation, float *torque);

int sinew_obs_dim(void) { return @P@_OBS_DIM; }
int sinew_act_dim(void) { return @P@_ACT_DIM; }
int sinew_golden_count(void) { return @P@_GOLDEN_COUNT; }
const char *sinew_policy_hash(void) { return @P@_POLICY_HASH; }
const float *sinew_golden_observation(void) { return @p@_golden_observation; }
const float *sinew_golden_torque(void) { return @p@_golden_torque; }
int sinew_action(const float *observation, float *action) { return @p@_action(observation, action); }
int sinew_torque(const float *observation, float *torque) { return @p@_torque(observation, torque); }
)";

}  // namespace

std::string CGoldenHeader(const GoldenVectors& golden, const std::string& prefix) {
  const std::vector<float> torque(golden.torque.begin(), golden.torque.end());
  const std::string text =
      "/* Observations from the policy's own episodes, one row each, and the torques [N·m] for "
      "them in float64. */\n"
      "#ifndef @P@_GOLDEN_H\n#define @P@_GOLDEN_H\n\n" +
      fmt::format("#define @P@_GOLDEN_COUNT {}\n\n", golden.size()) +
      CFloats("@p@_golden_observation", golden.observation) + CFloats("@p@_golden_torque", torque) +
      "\n#endif\n";
  return WithPrefix(text, prefix);
}

std::string CCheckProgram(const std::string& prefix) { return WithPrefix(kCheck, prefix); }

std::string CSharedObject(const std::string& prefix) { return WithPrefix(kSharedObject, prefix); }

}  // namespace sinew::deploy
