// The policy file through the runtime's C API: any bytes are refused with a line of text, or give a
// policy whose torques are finite and within the limits whatever it observes.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "policy/policy_file.h"
#include "sinew_runtime.h"
#include "tests/fuzz/right_checksum.h"

namespace {

constexpr float kObserved[] = {0,     1,
                               -1e9f, std::numeric_limits<float>::quiet_NaN(),
                               1e30f, std::numeric_limits<float>::infinity()};
constexpr int64_t kTimes[] = {0, 1'000'000, 20'000'000, -5, INT64_MAX, INT64_MIN};

void Drive(sinew_runtime* runtime, const std::vector<sinew::spec::ActionElement>& joints) {
  std::vector<float> observation(sinew_runtime_observation_count(runtime)), torque(joints.size());
  for (const int64_t time : kTimes) {
    for (const float value : kObserved) {
      observation.assign(observation.size(), value);
      sinew_runtime_step(runtime, observation.data(), time, time, torque.data(), nullptr);
      for (size_t i = 0; i < torque.size(); ++i) {
        const auto low = static_cast<float>(std::min(joints[i].torque_low, joints[i].torque_high));
        const auto high = static_cast<float>(std::max(joints[i].torque_low, joints[i].torque_high));
        if (!std::isfinite(torque[i]) || torque[i] < low || torque[i] > high) std::abort();
      }
    }
  }
}

void Load(const std::string& bytes) {
  sinew_runtime* runtime = nullptr;
  char error[300];
  const sinew_status status =
      sinew_runtime_load_memory(bytes.data(), bytes.size(), nullptr, &runtime, error, sizeof error);
  if (status == SINEW_FAILED) std::abort();
  if ((status == SINEW_OK) != (runtime != nullptr)) std::abort();
  if (status != SINEW_OK && std::strlen(error) == 0) std::abort();
  if (runtime) Drive(runtime, sinew::policy::ParsePolicy(bytes, "fuzz").contract.action);
  sinew_runtime_free(runtime);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  Load(bytes);
  Load(sinew::WithRightChecksum(bytes));
  return 0;
}
