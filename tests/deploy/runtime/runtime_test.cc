#include "deploy/runtime/runtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "deploy/runtime/sinew_runtime.hpp"
#include "policy/graph_builder.h"
#include "tests/core/scratch_file.h"
#include "tests/policy/test_artifact.h"

namespace sinew::deploy {
namespace {

using testing::HasSubstr;

constexpr int64_t kPeriod = 20'000'000;  // of RandomArtifact [ns]

RuntimeOptions Bare() {
  RuntimeOptions options;
  options.soft_start = 0;
  return options;
}

std::vector<float> Torques(Runtime* runtime, const std::vector<float>& observation, int64_t now) {
  std::vector<float> torque(runtime->joint_names().size());
  EXPECT_EQ(runtime->Step(observation, now, now, torque), SINEW_OK);
  return torque;
}

TEST(Runtime, MapsTheActionToTheTorqueRange) {
  const auto artifact = policy::RandomArtifact({4, 16, 2});
  Runtime runtime(artifact, Bare(), "hash");
  const std::vector<float> observation{0.1f, -0.2f, 0.3f, 0.4f};
  std::vector<float> action(2);
  policy::MakeArtifactPolicy(artifact)->Act(observation, action);
  const auto torque = Torques(&runtime, observation, 0);
  // limits of joint_0: -10 to 20 N·m, of joint_1: -11 to 21
  EXPECT_FLOAT_EQ(torque[0], 5 + 15 * action[0]);
  EXPECT_FLOAT_EQ(torque[1], 5 + 16 * action[1]);
  EXPECT_EQ(runtime.policy_hash(), "hash");
  EXPECT_EQ(runtime.task(), "test-task");
}

TEST(Runtime, TakesAnyOrderByName) {
  const auto artifact = policy::RandomArtifact({3, 16, 2});
  Runtime plain(artifact, Bare(), "");
  RuntimeOptions options = Bare();
  options.observation_names = {"spare", "obs_2", "obs_0", "obs_1"};
  options.joint_names = {"joint_1", "joint_0"};
  Runtime permuted(artifact, options, "");
  for (int k = 0; k < 10; ++k) {
    const float x = 0.1f * static_cast<float>(k);
    const auto a = Torques(&plain, {x, x * x, 1 - x}, k * kPeriod);
    // what the policy does not need may be anything
    const auto b =
        Torques(&permuted, {std::numeric_limits<float>::quiet_NaN(), 1 - x, x, x * x}, k * kPeriod);
    EXPECT_EQ(a[0], b[1]);
    EXPECT_EQ(a[1], b[0]);
  }
}

TEST(Runtime, TakesLimitsAndVelocitiesInTheRobotsOrder) {
  RuntimeOptions options = Bare();
  options.observation_names = {"obs_2", "obs_1", "obs_0"};
  options.joint_names = {"joint_1", "joint_0"};
  options.velocity_names = {{"", "obs_2"}};
  options.damping = {1, 4};
  options.torque_limit = {0.25, 100};
  options.max_range_score = std::numeric_limits<double>::infinity();
  Runtime runtime(policy::RandomArtifact({3, 16, 2}), options, "");
  std::vector<float> torque(2);
  EXPECT_EQ(runtime.Step(std::vector<float>{2, 0, 0}, 0, 0, torque), SINEW_LIMITED);
  EXPECT_LE(std::abs(torque[0]), 0.25f);
  runtime.Stop();
  runtime.Step(std::vector<float>{2, 0, 0}, kPeriod, kPeriod, torque);
  EXPECT_EQ(torque[0], 0);   // no velocity
  EXPECT_EQ(torque[1], -8);  // 4 N·m·s/rad at 2 rad/s
}

TEST(Runtime, FindsVelocitiesByTheirName) {
  auto artifact = policy::RandomArtifact({2, 8, 1});
  artifact.contract.observation[1].name = "velocity_joint_0";
  RuntimeOptions options = Bare();
  options.damping = {3};
  Runtime runtime(artifact, options, "");
  runtime.Stop();
  std::vector<float> torque(1);
  runtime.Step(std::vector<float>{0, 1}, 0, 0, torque);
  EXPECT_EQ(torque[0], -3);
}

TEST(Runtime, TellsTheWorstObservationInTheRobotsOrder) {
  RuntimeOptions options = Bare();
  options.observation_names = {"obs_1", "obs_0"};
  Runtime runtime(policy::RandomArtifact({2, 8, 1}), options, "");
  std::vector<float> torque(1);
  runtime.Step(std::vector<float>{4.5f, 0}, 0, 0, torque);  // range -1.5 to 2.5
  EXPECT_EQ(runtime.report().range_element, 0);
  EXPECT_DOUBLE_EQ(runtime.report().range_score, 0.5);
}

// y = 0.5 (x_t-1): the first of an episode stands for the one before it
policy::PolicyGraph DelayedPolicy() {
  policy::GraphBuilder graph(policy::RandomArtifact({1, 1}).contract);
  const auto history = graph.History(policy::kObservation, 1, 1, 2);
  return graph.Build(
      graph.Apply(policy::Dense{{{1, 3}, {0, 0.5f, 0}}, policy::VectorOf({0})}, {history}));
}

TEST(Runtime, RemembersUntilItBeginsAnew) {
  Runtime runtime(DelayedPolicy(), Bare(), "");
  int64_t now = 0;
  // joint_0 goes from -10 to 20 N·m
  const auto action = [&](float x) {
    now += kPeriod;
    return (Torques(&runtime, {x}, now)[0] - 5) / 15;
  };
  EXPECT_FLOAT_EQ(action(1), 0.5f);
  EXPECT_FLOAT_EQ(action(0), 0.5f);
  EXPECT_FLOAT_EQ(action(0.5f), 0);
  runtime.Start();
  EXPECT_NEAR(action(-1), -0.5f, 1e-6) << "not 0.25, from before the start";
  std::vector<float> torque(1);
  now += kPeriod;
  const std::vector<float> bad{std::numeric_limits<float>::quiet_NaN()};
  EXPECT_EQ(runtime.Step(bad, now, now, torque), SINEW_EMERGENCY);
  EXPECT_NEAR(action(0.2f), 0.1f, 1e-6) << "not -0.5, from before the emergency";
}

std::string Refusal(const RuntimeOptions& options) {
  try {
    Runtime(policy::RandomArtifact({3, 8, 2}), options, "");
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Runtime, RefusesNamesThatDoNotMatch) {
  RuntimeOptions options;
  options.observation_names = {"obs_0", "obs_1", "obs_3"};
  EXPECT_THAT(Refusal(options), HasSubstr("unknown observation 'obs_2'"));
  options.observation_names = {"obs_0", "obs_1", "obs_2", "obs_1"};
  EXPECT_THAT(Refusal(options), HasSubstr("'obs_1' is named twice"));
  options = {};
  options.joint_names = {"joint_0"};
  EXPECT_THAT(Refusal(options), HasSubstr("unknown joint 'joint_1'"));
  options.joint_names = {"joint_0", "joint_1", "gripper"};
  EXPECT_THAT(Refusal(options), HasSubstr("'gripper'"));
  options = {};
  options.velocity_names = {{"obs_0", "speed"}};
  EXPECT_THAT(Refusal(options), HasSubstr("unknown observation 'speed'"));
}

TEST(Runtime, RefusesValuesOutOfRange) {
  const auto refuse = [](auto change) {
    RuntimeOptions options;
    change(options);
    return Refusal(options);
  };
  EXPECT_THAT(refuse([](auto& o) { o.max_age = -1; }), HasSubstr("max_age = -1"));
  EXPECT_THAT(refuse([](auto& o) { o.soft_start = NAN; }), HasSubstr("soft_start = nan"));
  EXPECT_THAT(refuse([](auto& o) { o.torque_limit = {1}; }), HasSubstr("1 values, expected 2"));
  EXPECT_THAT(refuse([](auto& o) { o.torque_rate = {1, 0}; }), HasSubstr("torque_rate = 0"));
}

TEST(CppController, LoadsStepsAndThrowsTheLibrarysLine) {
  const ScratchFile file;
  policy::SavePolicy(file.path(), policy::RandomArtifact({3, 8, 2}));
  runtime::Options options;
  options.soft_start = 0;
  options.joints = {"joint_1", "joint_0"};
  options.torque_limit = {0.5, 0.5};
  runtime::Controller controller(file.path().string(), options);
  EXPECT_EQ(controller.policy_hash(), HashHex(ReadFile(file.path())));
  EXPECT_STREQ(controller.joint_name(0), "joint_1");
  EXPECT_EQ(controller.joint_name(2), nullptr);
  EXPECT_DOUBLE_EQ(controller.control_period(), 0.02);
  const std::vector<float> observation(3, 0.1f);
  EXPECT_GE(controller.Step(observation.data(), 0, 0), SINEW_OK);
  EXPECT_LE(std::abs(controller.torque()[0]), 0.5f);
  options.joints = {"joint_1", "joint_2"};
  try {
    runtime::Controller refused(file.path().string(), options);
    FAIL() << "no exception";
  } catch (const runtime::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown joint 'joint_0'"));
  }
  WriteFileAtomically(file.path(), "no policy");
  EXPECT_THROW(runtime::Controller(file.path().string()), runtime::Error);
}

TEST(CppController, RefusesAPolicyThatWasNeverTrained) {
  const ScratchFile file;
  for (const int64_t updates : {0, 1}) {
    auto artifact = policy::RandomArtifact({3, 8, 2});
    artifact.contract.updates = updates;
    policy::SavePolicy(file.path(), artifact);
    if (updates > 0) {
      EXPECT_NO_THROW(runtime::Controller(file.path().string()));
      continue;
    }
    try {
      runtime::Controller refused(file.path().string());
      FAIL() << "no exception";
    } catch (const runtime::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("never trained: 1000 steps, 0 updates"));
    }
  }
}

TEST(TripName, IsThereForEveryCode) {
  for (int code = 0; code < SINEW_TRIP_COUNT; ++code) {
    EXPECT_STRNE(sinew_trip_name(static_cast<sinew_trip>(code)), "unknown");
  }
  EXPECT_STREQ(sinew_trip_name(SINEW_TRIP_COUNT), "unknown");
  EXPECT_EQ(sinew_runtime_trip_count(nullptr, SINEW_TRIP_STALE), 0u);
}

}  // namespace
}  // namespace sinew::deploy
