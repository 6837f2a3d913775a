#include "agents/on_policy/a2c.h"

#include <gtest/gtest.h>

#include "models/kernels/math_runtime.h"
#include "tests/agents/point_mass_learning.h"

namespace sinew::agents {
namespace {

class A2cTest : public testing::Test {
 protected:
  A2cTest() { models::UseOneMathThread(); }
  ThreadPool pool_{1};
};

Trained TrainOnPointMass(const A2cOptions& options, int64_t steps, ThreadPool* pool) {
  return TrainOnPointMass(MakeA2cAgent(options, PointMassContext(1, steps)), 1, steps, pool);
}

TEST_F(A2cTest, LearnsThePointMassInSeconds) {
  A2cOptions options;
  options.actor_hidden = options.critic_hidden = {32, 32};
  options.gamma = 0.95;
  options.rollout_steps = 32;
  options.actor_lr = options.critic_lr = 1e-3;
  const double good = BangBangReturn(),
               learned = LearnedReturn(*TrainOnPointMass(options, 100'000, &pool_).agent);
  EXPECT_GT(learned, 1.5 * good) << "learned " << learned << ", bang-bang " << good;
}

// every rollout is one step of both, in which the ratio is 1 and nothing is clipped
TEST_F(A2cTest, TakesOneStepForARolloutAlongThePolicyGradient) {
  const int64_t rollout = A2cOptions().rollout_steps * kPointMassEnvs;
  const Trained trained = TrainOnPointMass(A2cOptions(), 3 * rollout, &pool_);
  EXPECT_EQ(trained.agent->updates(), 3);
  const Metrics metrics = trained.agent->TakeMetrics();
  EXPECT_EQ(MetricOf(metrics, "clip_fraction"), 0);
  EXPECT_EQ(MetricOf(metrics, "policy_epochs"), 1);
}

TEST_F(A2cTest, CriticMayTakeMoreStepsThanTheActor) {
  A2cOptions options;
  options.critic_epochs = 4;
  const int64_t rollout = options.rollout_steps * kPointMassEnvs;
  const Trained trained = TrainOnPointMass(options, 3 * rollout, &pool_);
  EXPECT_EQ(trained.agent->updates(), 3 * 4);
  EXPECT_EQ(MetricOf(trained.agent->TakeMetrics(), "policy_epochs"), 1);
}

TEST_F(A2cTest, ActorsStepIsAsLongAsItsKlIsToBe) {
  A2cOptions options;
  options.lr_schedule = 1;
  const auto last_kl = [&](double desired) {
    options.desired_kl = desired;
    const int64_t rollout = options.rollout_steps * kPointMassEnvs;
    Trained trained = TrainOnPointMass(options, 100 * rollout, &pool_);
    trained.agent->TakeMetrics();
    Train(trained.agent.get(), trained.envs.get(), 20 * rollout);
    return MetricOf(trained.agent->TakeMetrics(), "kl");
  };
  for (const double desired : {1e-4, 1e-3, 1e-2}) {
    const double kl = last_kl(desired);
    EXPECT_GT(kl, desired / 4);
    EXPECT_LT(kl, desired * 4);
  }
}

}  // namespace
}  // namespace sinew::agents
