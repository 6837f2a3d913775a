// TRPO as a whole: what it learns, how far it steps, and that its seed decides its bits.

#include "agents/on_policy/trpo.h"

#include <gtest/gtest.h>

#include "models/kernels/math_runtime.h"
#include "tests/agents/point_mass_learning.h"

namespace sinew::agents {
namespace {

class TrpoTest : public testing::Test {
 protected:
  TrpoTest() { models::UseOneMathThread(); }
};

TrpoOptions ShortOptions() {
  TrpoOptions options;
  options.actor_hidden = options.critic_hidden = {8, 8};
  options.rollout_steps = 32;
  options.critic_epochs = 3;
  return options;
}

Trained TrainOnPointMass(const TrpoOptions& options, int64_t steps, ThreadPool* pool) {
  return TrainOnPointMass(MakeTrpoAgent(options, PointMassContext(1, steps)), 1, steps, pool);
}

TEST_F(TrpoTest, LearnsThePointMassInSeconds) {
  ThreadPool pool(1);
  TrpoOptions options;
  options.actor_hidden = options.critic_hidden = {32, 32};
  options.gamma = 0.95;
  options.region.max_kl = 0.03;
  const double good = BangBangReturn(),
               learned = LearnedReturn(*TrainOnPointMass(options, 30'000, &pool).agent);
  EXPECT_GT(learned, 1.2 * good) << "learned " << learned << ", bang-bang " << good;
}

TEST_F(TrpoTest, SeedAloneDecidesTheBits) {
  ExpectSeedAloneDecides(
      [](const AgentContext& context) { return MakeTrpoAgent(ShortOptions(), context); }, 700,
      "actor.online");
}

TEST_F(TrpoTest, StepsAreWithinTheRegionAndGain) {
  ThreadPool pool(1);
  TrpoOptions options = ShortOptions();
  options.region.max_kl = 0.02;
  const Trained trained = TrainOnPointMass(options, 32 * kPointMassEnvs, &pool);
  for (int rollout = 0; rollout < 5; ++rollout) {
    const Metrics metrics = trained.agent->TakeMetrics();
    EXPECT_LE(MetricOf(metrics, "kl"), 0.02);
    EXPECT_GT(MetricOf(metrics, "kl"), 0.004) << "most of the region is used";
    EXPECT_GT(MetricOf(metrics, "surrogate_gain"), 0);
    EXPECT_EQ(MetricOf(metrics, "max_kl"), 0.02);
    Train(trained.agent.get(), trained.envs.get(), 32 * kPointMassEnvs);
  }
}

// one step of the policy, and the critic's: three epochs of two minibatches
TEST_F(TrpoTest, CountsItsUpdates) {
  ThreadPool pool(1);
  const Trained trained = TrainOnPointMass(ShortOptions(), 32 * kPointMassEnvs, &pool);
  EXPECT_EQ(trained.agent->updates(), 1 + 3 * 2);
}

TEST_F(TrpoTest, RegionShrinksOverTheRunWhereAsked) {
  ThreadPool pool(1);
  TrpoOptions options = ShortOptions();
  options.lr_schedule = {1, 0.5};
  const Trained trained = TrainOnPointMass(options, 4 * 32 * kPointMassEnvs, &pool);
  EXPECT_NEAR(MetricOf(trained.agent->TakeMetrics(), "max_kl"), 0.01 * 0.25, 1e-12);
}

TEST_F(TrpoTest, BackEndsAgree) {
  ThreadPool pool(1);
  TrpoOptions options = ShortOptions();
  const auto tensors = [&](const char* backend) {
    options.backend = backend;
    return SavedTensors(TrainOnPointMass(options, 2 * 32 * kPointMassEnvs, &pool).agent.get());
  };
  const auto fused = tensors("fused"), autograd = tensors("autograd");
  for (const char* name : {"actor.online", "critic.online", "log_std.online"}) {
    const auto expected = Floats(autograd.at(name)), values = Floats(fused.at(name));
    for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-3) << name;
  }
}

}  // namespace
}  // namespace sinew::agents
