#include "training/run/run_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/training/small_run.h"

namespace sinew::training {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(RunConfigTest, ReachesTrainTaskAndAgent) {
  const auto run = SmallRun(
      {"train.num_envs=3", "task.torque_scale=0.25", "agent.actor_hidden=5,4"}, "arm-reach");
  EXPECT_EQ(run->task_name(), "arm-reach");
  EXPECT_EQ(run->agent_name(), "ddpg");
  EXPECT_EQ(run->seed(), 7u);
  EXPECT_EQ(run->train().num_envs, 3);
  const auto task = run->BuildTask();
  EXPECT_EQ(task->spec().action[0].torque_high, 87 * 0.25);
  const auto agent = run->BuildAgent(*task);
  const auto layers = policy::AsPerceptron(agent->Snapshot())->layers;
  ASSERT_EQ(layers.size(), 3u);
  EXPECT_EQ(layers[0].inputs, task->spec().obs_dim());
  EXPECT_EQ(layers[1].inputs, 5);
  EXPECT_EQ(layers[2].inputs, 4);
  EXPECT_EQ(layers[2].outputs, task->spec().act_dim());
}

TEST(RunConfigTest, TomlBringsEveryOptionBack) {
  const auto run =
      SmallRun({"train.steps=1234", "task.effort_weight=0.125", "agent.gamma=0.75"}, "arm-reach");
  const std::string toml = run->config().ToToml();
  for (const char* section : {"[train]", "[task]", "[agent]"})
    EXPECT_THAT(toml, HasSubstr(section));
  const auto other = SmallRun({}, "arm-reach");
  EXPECT_NE(other->config().ToToml(), toml);
  other->config().SetFromToml(toml, "config.toml");
  EXPECT_EQ(other->config().ToToml(), toml);
}

TEST(RunConfigTest, UnknownNamesGetTheNearest) {
  const auto run = SmallRun();
  EXPECT_THAT([&] { run->config().SetFromText("trian.steps=1"); },
              ThrowsMessage<UserError>(HasSubstr("'train'")));
  EXPECT_THAT([&] { run->config().SetFromText("train.stepz=1"); },
              ThrowsMessage<UserError>(HasSubstr("steps")));
  EXPECT_THAT([&] { run->config().SetFromText("agent.gama=1"); },
              ThrowsMessage<UserError>(HasSubstr("gamma")));
  EXPECT_THAT([&] { run->config().SetFromText("train.num_envs=0"); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("train.num_envs"), HasSubstr("0"))));
  EXPECT_THAT([&] { run->config().SetFromToml("[agent]\ngamma = 2\n", "my.toml"); },
              ThrowsMessage<UserError>(HasSubstr("my.toml:2")));
  EXPECT_THAT([] { SmallRun({}, "pendulum", "ddgp"); },
              ThrowsMessage<UserError>(HasSubstr("'ddpg'")));
}

TEST(RunConfigTest, IntervalsFollowTheLengthUnlessGiven) {
  TrainOptions options;
  options.steps = 1000;
  EXPECT_EQ(options.eval_interval(), 50);
  EXPECT_EQ(options.checkpoint_interval(), 250);
  options.eval_every = 7;
  options.checkpoint_every = 9;
  EXPECT_EQ(options.eval_interval(), 7);
  EXPECT_EQ(options.checkpoint_interval(), 9);
  // shorter than the share: at least 1
  options = {};
  options.steps = 3;
  EXPECT_EQ(options.eval_interval(), 1);
  EXPECT_EQ(options.checkpoint_interval(), 1);
}

}  // namespace
}  // namespace sinew::training
