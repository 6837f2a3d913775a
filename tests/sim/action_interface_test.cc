// Targets that a servo law of our own turns into torque.

#include "sim/action_interface.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "sim/check/witness.h"
#include "sim/env.h"
#include "tests/sim/point_mass.h"

namespace sinew::sim {
namespace {

using spec::ActionKind;
using testing::HasSubstr;

std::shared_ptr<PointMass> WithInterface(const ActionInterface& options) {
  auto task = std::make_shared<PointMass>(PointMassOptions{.time_limit = 200});
  task->UseActionInterface(options);
  return task;
}

ActionInterface Position(double kp, double kd, double scale) {
  ActionInterface options;
  options.action = "position";
  options.scale = scale;
  options.kp = {kp};
  options.kd = {kd};
  return options;
}

TEST(ActionInterfaceTest, TorqueLeavesEverythingAsItIs) {
  PointMass plain;
  EXPECT_EQ(WithInterface({})->spec().action, plain.spec().action);
}

TEST(ActionInterfaceTest, APositionIsSaidWithItsLawAndLimits) {
  const auto task = WithInterface(Position(40, 4, 0.5));
  const spec::ActionElement& rail = task->spec().action[0];
  EXPECT_EQ(rail.kind, ActionKind::kPosition);
  EXPECT_STREQ(rail.unit(), "m");
  EXPECT_STREQ(rail.torque_unit(), "N");
  EXPECT_EQ(rail.law, spec::ServoLaw::kController);
  EXPECT_DOUBLE_EQ(rail.low(), -0.5);
  EXPECT_DOUBLE_EQ(rail.high(), 0.5);
  EXPECT_DOUBLE_EQ(rail.torque_high, 5);
  const WitnessReport witness = AskEngine(FreshModel(*task).get(), task->spec().action);
  EXPECT_EQ(witness.fault, "");
}

TEST(ActionInterfaceTest, TheLawRunsInEverySubstep) {
  const double kp = 40, kd = 4;
  Env env(WithInterface(Position(kp, kd, 0.5)), 1);
  env.ResetToState(std::vector<double>{0.3}, std::vector<double>{-0.2});
  // the same by hand: semi-implicit Euler of 1 kg, the force clipped to 5 N
  double x = 0.3, v = -0.2, force = 0;
  for (int step = 0; step < 20; ++step) {
    const float action = step % 7 < 4 ? 0.8f : -1.0f;
    const double target = -0.5 + 0.5 * (static_cast<double>(action) + 1);
    env.Step(std::vector<float>{action});
    for (int k = 0; k < 5; ++k) {
      force = std::clamp(kp * (target - x) - kd * v, -5.0, 5.0);
      v += PointMass::kTimestep * force;
      x += PointMass::kTimestep * v;
    }
    ASSERT_NEAR(env.simulation().qpos()[0], x, 1e-10);
    ASSERT_NEAR(env.torque()[0], force, 1e-9);
    ASSERT_NEAR(env.command()[0], target, 1e-12);
  }
}

TEST(ActionInterfaceTest, AnIncrementIsBeyondThePresentPosition) {
  ActionInterface options = Position(40, 4, 0.1);
  options.target = "increment";
  Env env(WithInterface(options), 1);
  env.ResetToState(std::vector<double>{0.7}, std::vector<double>{0});
  env.Step(std::vector<float>{0});
  // the target is where it is
  EXPECT_NEAR(env.simulation().qpos()[0], 0.7, 1e-12);
  env.Step(std::vector<float>{1});
  EXPECT_GT(env.simulation().qpos()[0], 0.7);
  EXPECT_TRUE(env.spec().action[0].increment);
  EXPECT_DOUBLE_EQ(env.spec().action[0].high(), 0.1);
}

TEST(ActionInterfaceTest, AVelocityIsReachedAndHeld) {
  ActionInterface options;
  options.action = "velocity";
  Env env(WithInterface(options), 1);
  env.ResetToState(std::vector<double>{0}, std::vector<double>{0});
  for (int k = 0; k < 60; ++k) env.Step(std::vector<float>{0.5});
  EXPECT_STREQ(env.spec().action[0].unit(), "m/s");
  EXPECT_NEAR(env.simulation().qvel()[0], 0.5, 1e-6);
}

TEST(ActionInterfaceTest, GainsThatAreLeftOutHoldThePose) {
  ActionInterface options;
  options.action = "position";
  Env env(WithInterface(options), 1);
  env.ResetToState(std::vector<double>{0.9}, std::vector<double>{0});
  double overshoot = 0;
  for (int k = 0; k < 150; ++k) {
    env.Step(std::vector<float>{0});
    overshoot = std::min(overshoot, env.simulation().qpos()[0]);
  }
  EXPECT_NEAR(env.simulation().qpos()[0], 0, 1e-3);
  EXPECT_GT(overshoot, -0.15);
}

TEST(ActionInterfaceTest, ALimitNarrowsTheTorque) {
  ActionInterface options = Position(40, 4, 0.5);
  options.limit = {2};
  const auto task = WithInterface(options);
  EXPECT_DOUBLE_EQ(task->spec().action[0].torque_high, 2);
  EXPECT_EQ(AskEngine(FreshModel(*task).get(), task->spec().action).fault, "");
  Env env(task, 1);
  env.ResetToState(std::vector<double>{-1}, std::vector<double>{0});
  env.Step(std::vector<float>{1});
  EXPECT_NEAR(env.torque()[0], 2, 1e-12);
}

TEST(ActionInterfaceTest, ListsThatDoNotFitAreRefused) {
  ActionInterface options = Position(40, 4, 0.5);
  options.kp = {1, 2, 3};
  try {
    WithInterface(options);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("task.action_kp has 3 values, expected 1 or 1"));
  }
}

TEST(ScaleRangeTest, OfAnAffineActuatorIsWhatItCanGive) {
  // torque = 6 control + 4 at the joint, controls from -1 to 1
  spec::ActionElement element{
      .joint = "yaw", .ctrl_low = -1, .ctrl_high = 1, .torque_low = -2, .torque_high = 10};
  element.ScaleRange(0.3);
  EXPECT_NEAR(element.torque_low, -0.6, 1e-12);
  EXPECT_NEAR(element.torque_high, 3, 1e-12);
  EXPECT_NEAR(6 * element.ctrl_low + 4, -0.6, 1e-12);
  EXPECT_NEAR(6 * element.ctrl_high + 4, 3, 1e-12);
}

TEST(ScaleRangeTest, OfATendonThatOnlyPullsKeepsItsLeast) {
  // torque = 2.5 control, controls from 1 to 3; through a tendon with an arm of -0.5
  spec::ActionElement element{.joint = "cable",
                              .ctrl_low = 1,
                              .ctrl_high = 3,
                              .torque_low = 2.5,
                              .torque_high = 7.5,
                              .tendon = true,
                              .joints = {{.joint = "bend", .arm = -0.5}}};
  element.ScaleRange(0.5);
  EXPECT_NEAR(element.torque_low, 2.5, 1e-12);
  EXPECT_NEAR(element.torque_high, 3.75, 1e-12);
  EXPECT_NEAR(element.ctrl_low, 1, 1e-12);
  EXPECT_NEAR(element.ctrl_high, 1.5, 1e-12);
  EXPECT_NEAR(element.joints[0].torque_low, -1.875, 1e-12);
  EXPECT_NEAR(element.joints[0].torque_high, -1.25, 1e-12);
  EXPECT_THROW(element.ScaleRange(0.1), UserError);
}

}  // namespace
}  // namespace sinew::sim
