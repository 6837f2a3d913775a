// A step of the runtime takes no memory from the heap, whatever the gate does.

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "policy/policy_file.h"
#include "sinew_runtime.h"
#include "tests/core/scratch_file.h"
#include "tests/policy/test_artifact.h"

namespace {
std::atomic<long> allocations{0};
}

extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);

void* malloc(size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}
}

namespace sinew::deploy {
namespace {

TEST(RuntimeAllocation, IsCounted) {
  const long before = allocations;
  std::vector<double> memory(1000);
  EXPECT_GT(allocations, before);
  EXPECT_EQ(memory.size(), 1000);
}

TEST(RuntimeAllocation, EndsWithLoading) {
  const ScratchFile file;
  policy::SavePolicy(file.path(), policy::RandomArtifact({6, 64, 64, 3}, "tanh"));
  sinew_runtime* runtime = nullptr;
  char error[200];
  ASSERT_EQ(sinew_runtime_load(file.path().c_str(), nullptr, &runtime, error, sizeof error),
            SINEW_OK)
      << error;
  std::vector<float> observation(6), torque(3);
  sinew_report report;
  uint32_t seen = 0;
  const long before = allocations;
  for (int64_t tick = 0; tick < 3000; ++tick) {
    const int64_t now = tick * 1'000'000;
    for (size_t i = 0; i < observation.size(); ++i) {
      observation[i] = std::sin(0.01f * static_cast<float>(tick * (i + 1)));
    }
    if (tick % 500 == 100) observation[2] = std::numeric_limits<float>::quiet_NaN();
    if (tick % 500 == 200) observation[1] = 1e6f;
    if (tick == 2500) sinew_runtime_stop(runtime);
    if (tick == 2600) sinew_runtime_start(runtime);
    const int64_t stamp = tick % 500 > 400 ? now - 90'000'000 : now;  // stale
    sinew_runtime_step(runtime, observation.data(), stamp, now, torque.data(), &report);
    seen |= report.trips;
  }
  EXPECT_EQ(allocations, before);
  for (const sinew_trip trip : {SINEW_TRIP_OBSERVATION, SINEW_TRIP_STALE, SINEW_TRIP_OUT_OF_RANGE,
                                SINEW_TRIP_STOP, SINEW_TRIP_SOFT_START}) {
    EXPECT_TRUE(seen >> trip & 1) << sinew_trip_name(trip);
  }
  sinew_runtime_free(runtime);
}

}  // namespace
}  // namespace sinew::deploy
