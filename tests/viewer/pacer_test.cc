#include "viewer/session/pacer.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"

namespace sinew::viewer {
namespace {

constexpr double kDt = 0.02;

// frames of 1/60 s for `seconds`, at most `most` steps in each; returns the steps taken
int RunFrames(Pacer& pacer, double seconds, int most = 1000000, bool paused = false) {
  int steps = 0;
  for (int frame = 0; frame <= static_cast<int>(60 * seconds); ++frame) {
    pacer.BeginFrame(frame / 60.0, paused);
    for (int i = 0; i < most && pacer.Due(kDt); ++i, ++steps) pacer.Stepped(kDt);
    pacer.EndFrame(kDt);
  }
  return steps;
}

TEST(Pacer, GivesSpeedTimesWallTime) {
  for (const double speed : {0.1, 1.0, 10.0}) {
    Pacer pacer(speed);
    EXPECT_NEAR(RunFrames(pacer, 10), 10 * speed / kDt, 1) << speed;
    EXPECT_NEAR(pacer.real_time_factor(), speed, 0.05 * speed);
    EXPECT_FALSE(pacer.capped());
  }
}

TEST(Pacer, CountsTheStepsThatItForgives) {
  Pacer pacer;
  pacer.BeginFrame(0, false);
  EXPECT_EQ(pacer.EndFrame(kDt), 0);
  pacer.BeginFrame(0.1, false);  // owes five steps, of which two are made
  pacer.Stepped(kDt);
  pacer.Stepped(kDt);
  EXPECT_EQ(pacer.EndFrame(kDt), 3);
  pacer.BeginFrame(1.35, false);  // a stall of 1.25 s: 1 s is not caught up at all
  while (pacer.Due(kDt)) pacer.Stepped(kDt);
  EXPECT_EQ(pacer.EndFrame(kDt), 50);
}

TEST(Pacer, TellsWhenTheMachineIsTooSlow) {
  Pacer pacer(10);
  EXPECT_EQ(RunFrames(pacer, 2, 1), 120);  // one step a frame, none owed in the very first
  EXPECT_TRUE(pacer.capped());
  EXPECT_NEAR(pacer.real_time_factor(), 60 * kDt, 0.05);
}

TEST(Pacer, OwesNothingWhilePaused) {
  Pacer pacer(1);
  EXPECT_EQ(RunFrames(pacer, 2, 1000, true), 0);
  EXPECT_EQ(pacer.real_time_factor(), 0);
}

TEST(Pacer, DoesNotCatchUpAfterAStall) {
  Pacer pacer(1);
  pacer.BeginFrame(0, false);
  pacer.BeginFrame(60, false);
  int steps = 0;
  for (; pacer.Due(kDt); ++steps) pacer.Stepped(kDt);
  EXPECT_EQ(steps, 12);  // a quarter of a second
}

TEST(Pacer, UnlimitedIsAlwaysDue) {
  Pacer pacer(std::numeric_limits<double>::infinity());
  EXPECT_EQ(RunFrames(pacer, 1, 7), 7 * 61);
  EXPECT_FALSE(pacer.capped());
}

TEST(Pacer, LadderGoesUpAndDownAndStopsAtItsEnds) {
  Pacer pacer(1);
  pacer.Faster();
  EXPECT_EQ(pacer.speed(), 2);
  pacer.Slower();
  pacer.Slower();
  EXPECT_EQ(pacer.speed(), 0.5);
  for (int i = 0; i < 50; ++i) pacer.Slower();
  EXPECT_EQ(pacer.speed(), 0.001);
  for (int i = 0; i < 50; ++i) pacer.Faster();
  EXPECT_TRUE(pacer.unlimited());
  EXPECT_THROW(pacer.set_speed(0), UserError);
}

}  // namespace
}  // namespace sinew::viewer
