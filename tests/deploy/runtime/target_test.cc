// Policies that command targets, behind the gate.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/error.h"
#include "deploy/runtime/runtime.h"
#include "tests/policy/test_artifact.h"

namespace sinew::deploy {
namespace {

using testing::HasSubstr;

constexpr int64_t kPeriod = 20'000'000;  // of RandomArtifact [ns]

// joint "a" with its angle and velocity observed, as a servo of this law
policy::TestPolicy Servo(spec::ServoLaw law, spec::ActionKind kind) {
  policy::TestPolicy artifact = policy::RandomArtifact({2, 8, 1});
  artifact.contract.observation[0].name = "angle_a";
  artifact.contract.observation[1].name = "velocity_a";
  spec::ActionElement element{"a", -1, 1, -4, 4, "m"};
  element.kind = kind;
  element.law = law;
  element.target_low = -1;
  element.target_high = 2;
  element.kp = kind == spec::ActionKind::kPosition ? 10 : 0;
  element.kd = 3;
  artifact.contract.action = {element};
  return artifact;
}

RuntimeOptions Bare() {
  RuntimeOptions options;
  options.soft_start = 0;
  options.max_range_score = std::numeric_limits<double>::infinity();
  return options;
}

double ActionOf(const policy::TestPolicy& artifact, const std::vector<float>& observation) {
  std::vector<float> action(1);
  policy::MakeArtifactPolicy(artifact)->Act(observation, action);
  return action[0];
}

TEST(Targets, OfADriveLeaveAsTheyAre) {
  const auto artifact = Servo(spec::ServoLaw::kModel, spec::ActionKind::kPosition);
  Runtime runtime(artifact, Bare(), "");
  const std::vector<float> observation{0.3f, 0.1f};
  std::vector<float> target(1);
  EXPECT_EQ(runtime.Step(observation, 0, 0, target), SINEW_OK);
  EXPECT_NEAR(target[0], -1 + 1.5 * (ActionOf(artifact, observation) + 1), 1e-6);
}

TEST(Targets, AreHeldInAnEmergency) {
  const auto artifact = Servo(spec::ServoLaw::kModel, spec::ActionKind::kPosition);
  Runtime runtime(artifact, Bare(), "");
  std::vector<float> target(1);
  runtime.Step(std::vector<float>{0.3f, 0.1f}, 0, 0, target);
  const float last = target[0];
  const std::vector<float> bad{std::numeric_limits<float>::quiet_NaN(), 0.1f};
  EXPECT_EQ(runtime.Step(bad, kPeriod, kPeriod, target), SINEW_EMERGENCY);
  EXPECT_EQ(target[0], last);
}

TEST(Targets, BeforeTheFirstAreWhereTheJointIs) {
  Runtime runtime(Servo(spec::ServoLaw::kModel, spec::ActionKind::kPosition), Bare(), "");
  runtime.Stop();
  std::vector<float> target(1);
  EXPECT_EQ(runtime.Step(std::vector<float>{0.7f, 0}, 0, 0, target), SINEW_EMERGENCY);
  EXPECT_FLOAT_EQ(target[0], 0.7f);
}

TEST(Targets, OfSpeedBecomeZeroInAnEmergency) {
  Runtime runtime(Servo(spec::ServoLaw::kModel, spec::ActionKind::kVelocity), Bare(), "");
  std::vector<float> target(1);
  runtime.Step(std::vector<float>{0.7f, 1}, 0, 0, target);
  runtime.Stop();
  EXPECT_EQ(runtime.Step(std::vector<float>{0.7f, 1}, kPeriod, kPeriod, target), SINEW_EMERGENCY);
  EXPECT_EQ(target[0], 0);
}

TEST(Targets, ALawOfTheControllersOwnRunsInEveryTick) {
  const auto artifact = Servo(spec::ServoLaw::kController, spec::ActionKind::kPosition);
  Runtime runtime(artifact, Bare(), "");
  const std::vector<float> first{0.3f, 0.1f};
  const double target = -1 + 1.5 * (ActionOf(artifact, first) + 1);
  std::vector<float> torque(1);
  runtime.Step(first, 0, 0, torque);
  const auto law = [target](double q, double v) {
    return std::clamp(10 * (target - q) - 3 * v, -4.0, 4.0);
  };
  EXPECT_NEAR(torque[0], law(0.3f, 0.1f), 1e-5);
  // a tick within the control period: the old target, the new state
  runtime.Step(std::vector<float>{0.35f, -0.2f}, kPeriod / 4, kPeriod / 4, torque);
  EXPECT_EQ(runtime.report().asked, 0);
  EXPECT_NEAR(torque[0], law(0.35f, -0.2f), 1e-5);
}

TEST(Targets, ALawWithoutTheJointsStateIsRefused) {
  auto artifact = Servo(spec::ServoLaw::kController, spec::ActionKind::kPosition);
  artifact.contract.observation[0].name = "height";
  try {
    Runtime runtime(artifact, Bare(), "");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("angle_a and velocity_a"));
  }
}

TEST(Targets, TakeNoTorqueLimit) {
  RuntimeOptions options = Bare();
  options.torque_limit = {1};
  EXPECT_THROW(Runtime(Servo(spec::ServoLaw::kModel, spec::ActionKind::kPosition), options, ""),
               UserError);
}

}  // namespace
}  // namespace sinew::deploy
