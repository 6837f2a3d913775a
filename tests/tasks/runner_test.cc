#include "tasks/locomotion/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sim/env.h"
#include "tasks/registry.h"

namespace sinew::tasks {
namespace {

using Options = std::vector<std::pair<std::string, std::string>>;

std::shared_ptr<const sim::Task> Build(const std::string& name, const Options& options = {}) {
  const auto builder = MakeTaskBuilder(name);
  OptionTable table("task");
  builder->Describe(table);
  for (const auto& [key, value] : options) table.Set(key, value);
  return builder->Build();
}

// the end of one control step at rest in the air, from this height and pitch, with the first joint
// so
bool Ends(const std::string& name, double height, double pitch, double joint_velocity = 0) {
  const auto task = Build(name);
  sim::Simulation simulation = task->MakeSimulation();
  simulation.qpos()[name == "ant" ? 2 : 1] = height;
  if (name != "ant") simulation.qpos()[2] = pitch;
  simulation.qvel()[name == "ant" ? 6 : 3] = joint_velocity;
  return task->Terminated(simulation);
}

TEST(RunnerTest, EndsWhereGymnasiumDoes) {
  EXPECT_FALSE(Ends("hopper", 0.701, 0.199));
  EXPECT_TRUE(Ends("hopper", 0.7, 0));
  EXPECT_TRUE(Ends("hopper", 1.2, 0.2));
  EXPECT_TRUE(Ends("hopper", 1.2, -0.2));
  EXPECT_FALSE(Ends("hopper", 1.2, 0, -99.9));
  EXPECT_TRUE(Ends("hopper", 1.2, 0, -100));
  EXPECT_FALSE(Ends("walker", 0.801, -0.999));
  EXPECT_TRUE(Ends("walker", 0.8, 0));
  EXPECT_TRUE(Ends("walker", 2, 0));
  EXPECT_TRUE(Ends("walker", 1.2, 1));
  EXPECT_FALSE(Ends("walker", 1.2, 0, 500));
  EXPECT_FALSE(Ends("ant", 0.2, 0));  // a closed interval, unlike the others
  EXPECT_FALSE(Ends("ant", 1.0, 0));
  EXPECT_TRUE(Ends("ant", 0.199, 0));
  EXPECT_TRUE(Ends("ant", 1.001, 0));
  EXPECT_FALSE(Ends("cheetah", -5, 3));
}

TEST(RunnerTest, PaysTheStepThatEndsTheEpisode) {
  for (const bool terminate : {true, false}) {
    sim::Env env(Build("hopper", {{"terminate_when_unhealthy", terminate ? "true" : "false"},
                                  {"healthy_reward", "3"}}),
                 1);
    std::vector<double> qpos(env.simulation().qpos().begin(), env.simulation().qpos().end());
    qpos[2] = 0.5;
    env.ResetToState(qpos, {});
    const spec::StepResult result = env.Step(std::vector<float>(3, 0.0f));
    EXPECT_EQ(result.terminated, terminate);
    EXPECT_EQ(env.reward_terms()[2], terminate ? 3 : 0);
  }
}

// thrown forwards at 2 m/s in the air, the torso's speed is the reward
TEST(RunnerTest, ForwardIsTheMeanSpeedOverTheStep) {
  for (const char* name : {"hopper", "walker", "cheetah", "ant"}) {
    sim::Env env(Build(name), 1);
    const sim::Simulation fresh = env.task().MakeSimulation();
    std::vector<double> qpos(fresh.qpos().begin(), fresh.qpos().end());
    std::vector<double> qvel(fresh.model()->nv);
    qpos[std::string(name) == "ant" ? 2 : 1] += 10;
    qvel[0] = 2;
    env.ResetToState(qpos, qvel);
    // the ant's position lags by a substep, so its first step seems shorter
    for (int step = 0; step < 2; ++step) env.Step(std::vector<float>(env.spec().act_dim(), 0.0f));
    EXPECT_NEAR(env.reward_terms()[0], 2, 0.05) << name;
    EXPECT_EQ(env.reward_terms()[1], 0) << name;
    env.Step(std::vector<float>(env.spec().act_dim(), -0.5f));
    const double weight = std::map<std::string, double>{
        {"hopper", 1e-3}, {"walker", 1e-3}, {"cheetah", 0.1}, {"ant", 0.5}}[name];
    EXPECT_NEAR(env.reward_terms()[1], -weight * 0.25 * env.spec().act_dim(), 1e-12) << name;
  }
}

TEST(RunnerTest, StartsSpreadAsGymnasiumsDo) {
  for (const char* name : {"hopper", "walker", "cheetah", "ant"}) {
    const bool normal = std::string(name) == "cheetah" || std::string(name) == "ant";
    const double noise = normal ? 0.1 : 0.005;
    sim::Env env(Build(name), 2);
    const mjModel* model = env.simulation().model();
    constexpr int kEpisodes = 1000;
    double position_square = 0, velocity_square = 0;
    for (int k = 0; k < kEpisodes; ++k, env.Reset()) {
      for (int i = 0; i < model->nq; ++i) {
        const double offset = env.simulation().qpos()[i] - model->qpos0[i];
        // MuJoCo normalises the quaternion on the way
        if (std::string(name) == "ant" && i >= 3 && i < 7) continue;
        ASSERT_LE(std::abs(offset), noise) << name;
        position_square += offset * offset;
      }
      velocity_square += env.simulation().qvel().squaredNorm();
    }
    const int positions = model->nq - (std::string(name) == "ant" ? 4 : 0);
    // uniform: a^2 / 3
    EXPECT_NEAR(position_square / (kEpisodes * positions), noise * noise / 3, 0.05 * noise * noise);
    EXPECT_NEAR(velocity_square / (kEpisodes * model->nv),
                normal ? noise * noise : noise * noise / 3, 0.1 * noise * noise);
  }
}

}  // namespace
}  // namespace sinew::tasks
