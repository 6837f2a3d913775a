#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "sim/env.h"
#include "tasks/classic/cartpole.h"
#include "tasks/locomotion/planar_walker.h"
#include "tasks/registry.h"

namespace sinew::tasks {
namespace {

std::vector<double> Terms(const sim::Task& task, const sim::Simulation& simulation) {
  std::vector<double> terms(task.spec().reward_terms.size());
  task.Reward(simulation, terms);
  return terms;
}

double Sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// as drawn, the torso is upright at 1.3 m: all that standing can earn
TEST(PlanarWalkerTest, StandingEarnsOneAndASixthOfWalking) {
  for (const auto& [name, reward] :
       {std::pair{"walker-stand", 1.0}, {"walker-walk", 1.0 / 6}, {"walker-run", 1.0 / 6}}) {
    const auto task = MakeTask(name);
    EXPECT_NEAR(Sum(Terms(*task, task->MakeSimulation())), reward, 1e-12) << name;
  }
}

// every body at v: half the wanted speed earns 0.5 of the speed's share, the wanted one all of it
TEST(PlanarWalkerTest, SpeedOfTheCentreOfMassFillsTheReward) {
  const auto task = MakeTask("walker-walk");
  sim::Simulation simulation = task->MakeSimulation();
  for (const auto& [speed, moving] : {std::pair{0.5, 0.5}, {0.75, 0.75}, {1.0, 1.0}, {4.0, 1.0}}) {
    simulation.qvel()[1] = speed;
    simulation.Forward();
    EXPECT_NEAR(Sum(Terms(*task, simulation)), (1 + 5 * moving) / 6, 1e-12) << speed;
  }
}

// upside down at 0.6 m below the wanted height: 0.1 of the height's share, nothing for uprightness
TEST(PlanarWalkerTest, AFallenWalkerEarnsLittle) {
  const auto task = MakeTask("walker-stand");
  sim::Simulation simulation = task->MakeSimulation();
  simulation.qpos()[0] = 0.6 - 1.3;
  simulation.qpos()[2] = std::numbers::pi;
  simulation.Forward();
  EXPECT_NEAR(Sum(Terms(*task, simulation)), 0.075, 1e-12);
}

TEST(CartpoleTest, TermsAddUpToTheProduct) {
  const auto task = MakeTask("cartpole-swingup");
  sim::Simulation simulation = task->MakeSimulation();
  simulation.qpos()[0] = 1;
  simulation.qpos()[1] = std::numbers::pi / 3;
  simulation.qvel()[1] = 2.5;
  simulation.data()->ctrl[0] = 0.5;
  // cos = 0.5; gaussians at half their margins: 0.1^(1/4)
  const double half = std::pow(0.1, 0.25);
  const auto terms = Terms(*task, simulation);
  EXPECT_NEAR(terms[0], 0.75, 1e-12);
  EXPECT_NEAR(Sum(terms), 0.75 * (4 + 0.75) / 5 * (1 + half) / 2 * (1 + half) / 2, 1e-12);
  for (int i = 1; i < 4; ++i) EXPECT_LT(terms[i], 0);
}

TEST(CartpoleTest, SparseRewardIsForUprightAndCentred) {
  const auto task = MakeTask("cartpole-swingup-sparse");
  sim::Simulation simulation = task->MakeSimulation();
  const auto reward = [&](double position, double cosine) {
    simulation.qpos()[0] = position;
    simulation.qpos()[1] = std::acos(cosine);
    return Sum(Terms(*task, simulation));
  };
  EXPECT_EQ(reward(0.25, 0.9951), 1);
  EXPECT_EQ(reward(-0.26, 1), 0);
  EXPECT_EQ(reward(0, 0.9949), 0);
}

TEST(CartpoleTest, StartsHanging) {
  sim::Env env(MakeTask("cartpole-swingup"), 1);
  for (int k = 0; k < 100; ++k, env.Reset()) {
    EXPECT_LT(env.observation()[1], -0.99);
    EXPECT_LT(std::abs(env.observation()[0]), 0.06);
  }
}

}  // namespace
}  // namespace sinew::tasks
