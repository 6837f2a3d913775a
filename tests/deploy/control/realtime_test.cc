#include "deploy/control/realtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sinew::deploy {
namespace {

using testing::ElementsAre;

TEST(TimeHistogram, CountsExactMicroseconds) {
  TimeHistogram times;
  for (int64_t us = 0; us < 1000; ++us) times.Add(1000 * us + 999);
  EXPECT_EQ(times.count(), 1000u);
  EXPECT_EQ(times.Percentile(0.5), 500);
  EXPECT_EQ(times.Percentile(0.999), 999);
  EXPECT_DOUBLE_EQ(times.max_us(), 999.999);
}

TEST(TimeHistogram, KeepsWhatIsBeyondItsBins) {
  TimeHistogram times;
  times.Add(-5);
  times.Add(3'000'000'000);
  EXPECT_EQ(times.Percentile(0.5), 1);
  EXPECT_DOUBLE_EQ(times.Percentile(1), 3e6);
}

TEST(TimeHistogram, FoldsIntoOctaves) {
  TimeHistogram times;
  for (const int64_t us : {0, 1, 2, 3, 3, 4, 7}) times.Add(us * 1000);
  EXPECT_THAT(times.Octaves(), ElementsAre(1, 1, 3, 2));
  EXPECT_THAT(TimeHistogram().Octaves(), ElementsAre());
}

TEST(SleepUntil, DoesNotWakeEarlyAndReturnsAtOnceForThePast) {
  const int64_t due = Now() + 2'000'000;
  SleepUntil(due);
  EXPECT_GE(Now(), due);
  SleepUntil(due - 1'000'000'000);
}

TEST(RealtimeScope, GivesBackWhatItTook) {
  cpu_set_t before, after;
  ::sched_getaffinity(0, sizeof before, &before);
  const int policy = ::sched_getscheduler(0);
  {
    const RealtimeScope scope(SplitProcessors().controller, kControllerPriority);
    if (scope.pinned()) {
      cpu_set_t during;
      ::sched_getaffinity(0, sizeof during, &during);
      EXPECT_EQ(CPU_COUNT(&during), 1);
    }
    if (scope.fifo()) {
      EXPECT_EQ(::sched_getscheduler(0), SCHED_FIFO);
    }
  }
  ::sched_getaffinity(0, sizeof after, &after);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
  EXPECT_EQ(::sched_getscheduler(0), policy);
}

}  // namespace
}  // namespace sinew::deploy
