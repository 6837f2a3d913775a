#include "training/run/run_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>

#include "core/error.h"
#include "policy/critic.h"
#include "policy/policy_file.h"
#include "tests/core/temporary_folder.h"
#include "tests/training/small_run.h"

namespace sinew::training {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

void MakeOld(const std::filesystem::path& path) {
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
}

class RunControlTest : public testing::Test {
 protected:
  TemporaryFolder temporary_;
  RunFolder folder_ = RunFolder::Create(temporary_ / "run");
};

TEST_F(RunControlTest, TakesUpARequestAndLogsIt) {
  RunControl control(folder_, {});
  EXPECT_FALSE(control.Poll(10));
  WriteControl(folder_, {.paused = true, .learning_rate_factor = 0.5, .noise_factor = 2});
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  EXPECT_TRUE(control.Poll(20));
  EXPECT_TRUE(control.in_force().paused);
  EXPECT_EQ(control.in_force().learning_rate_factor, 0.5);
  EXPECT_THAT(ReadFile(folder_.control_log()), HasSubstr("\"step\":20"));
  EXPECT_THAT(ReadFile(folder_.control_log()), HasSubstr("\"noise_factor\":2"));
}

TEST_F(RunControlTest, AWatcherThatHasGoneLeavesNothingPaused) {
  WriteControl(folder_, {.paused = true, .noise_factor = 3});
  EXPECT_TRUE(IsWatched(folder_));
  MakeOld(folder_.control());
  EXPECT_FALSE(IsWatched(folder_));
  RunControl control(folder_, {.paused = true, .noise_factor = 3});
  EXPECT_TRUE(control.Poll(5));
  EXPECT_FALSE(control.in_force().paused);
  EXPECT_EQ(control.in_force().noise_factor, 3) << "what was changed stays changed";
  EXPECT_FALSE(control.ReportDue(0));
}

TEST_F(RunControlTest, RefusesFactorsOutOfRange) {
  EXPECT_THROW(WriteControl(folder_, {.learning_rate_factor = 0}), UserError);
  EXPECT_THROW(WriteControl(folder_, {.noise_factor = -1}), UserError);
  EXPECT_FALSE(ReadControl(folder_));
  WriteFileAtomically(folder_.control(), "no json");
  EXPECT_FALSE(ReadControl(folder_));
}

TEST_F(RunControlTest, StatusReadsBack) {
  EXPECT_FALSE(ReadLive(folder_));
  WriteLive(folder_, {"running", 1234, 567.5, 2.25, {false, 0.5, 1}});
  const auto status = ReadLive(folder_);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->step, 1234);
  EXPECT_EQ(status->steps_per_second, 567.5);
  EXPECT_EQ(status->taken.learning_rate_factor, 0.5);
}

TEST_F(RunControlTest, AWatchedTrainerPublishesAndFollows) {
  WriteControl(folder_, {.learning_rate_factor = 0.25});
  const auto config = SmallRun();
  Train(*config, folder_, Quiet());
  const auto status = ReadLive(folder_);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, "running");
  EXPECT_EQ(status->taken.learning_rate_factor, 0.25);
  EXPECT_EQ(policy::LoadPolicy(folder_.live_policy()).contract.task, "pendulum");
  EXPECT_THAT(ReadFile(folder_.control_log()), HasSubstr("\"learning_rate_factor\":0.25"));
}

TEST_F(RunControlTest, EveryEvaluationLeavesItsPolicyAndItsCritic) {
  const auto config = SmallRun();
  Train(*config, folder_, Quiet());
  EXPECT_THAT(folder_.Policies(), ElementsAre(400, 800, 1200));
  for (const int64_t step : folder_.Policies()) {
    const auto policy = policy::LoadPolicy(folder_.policy(step));
    EXPECT_EQ(policy.contract.env_steps, step);
    EXPECT_EQ(policy.contract.evaluation.episodes, 2);
    const auto critic = policy::LoadCritic(policy::CriticPath(folder_.policy(step)));
    EXPECT_EQ(critic.policy_hash, policy::PolicyHash(policy));
    EXPECT_NO_THROW(policy::MakeValueFunction(critic, policy));
  }
}

TEST_F(RunControlTest, APausedTrainerGoesOnWhenItsWatcherIsGone) {
  WriteControl(folder_, {.paused = true});
  const auto config = SmallRun();
  std::thread watcher([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    const auto status = ReadLive(folder_);
    EXPECT_TRUE(status && status->state == "paused");
    MakeOld(folder_.control());
  });
  const TrainSummary summary = Train(*config, folder_, Quiet());
  watcher.join();
  EXPECT_EQ(summary.env_steps, 1200);
  EXPECT_GT(summary.wall_seconds, 0.7);
}

// a factor of one changes no bit; the rest of the determinism tests run without a watcher
TEST_F(RunControlTest, EveryAgentGivesACriticOfItsPolicy) {
  const std::set<std::string> on_policy{"a2c", "ppo", "trpo"};
  for (const std::string agent : {"ddpg", "td3", "sac", "naf", "ppo", "trpo", "a2c"}) {
    const RunFolder folder = RunFolder::Create(temporary_ / agent);
    const auto config = SmallRun({"train.steps=400"}, "pendulum", agent);
    Train(*config, folder, Quiet());
    const auto policy = policy::LoadPolicy(folder.final_policy());
    const auto critic = policy::LoadCritic(policy::CriticPath(folder.final_policy()));
    const auto value = policy::MakeValueFunction(critic, policy);
    const std::vector<float> observation(policy.contract.observation.size(), 0.1f);
    EXPECT_TRUE(std::isfinite(value->Value(observation))) << agent;
    EXPECT_EQ(value->rates_actions(), !on_policy.contains(agent)) << agent;
  }
}

}  // namespace
}  // namespace sinew::training
