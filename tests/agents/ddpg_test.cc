#include "agents/off_policy/ddpg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "models/kernels/math_runtime.h"
#include "tests/agents/point_mass_learning.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class DdpgTest : public testing::Test {
 protected:
  DdpgTest() { models::UseOneMathThread(); }
};

// One state, reward 1, and every step ends its episode.
double LearnedValue(const spec::StepResult& end) {
  DdpgOptions options;
  options.actor_hidden = options.critic_hidden = {16};
  options.gamma = 0.5;
  options.tau = 0.1;
  options.critic_lr = 1e-2;
  options.lr_schedule = 1;
  options.batch_size = 16;
  options.updates_per_step = 1;
  options.n_step = 3;
  options.learning_starts = 0;
  const auto agent =
      MakeDdpgAgent(options, {.obs_dim = 1, .act_dim = 1, .total_steps = 600, .seed = 1});
  for (int i = 0; i < 600; ++i) {
    std::vector<float> action(1);
    agent->Act({std::vector<float>{0.5f}}, action);
    ObserveStep(agent.get(), {{0.5f}, action, {0.5f}, 1, end});
    agent->Learn();
    if (i == 500) agent->TakeMetrics();
  }
  return MetricOf(agent->TakeMetrics(), "q_mean");
}

// nothing is earned behind a terminal state; a truncated one goes on: 1 + 0.5 + 0.25 + ... = 2
TEST_F(DdpgTest, TruncationBootstrapsAndTerminationDoesNot) {
  EXPECT_NEAR(LearnedValue({.terminated = true}), 1, 0.05);
  EXPECT_NEAR(LearnedValue({.truncated = true}), 2, 0.1);
}

DdpgOptions PointMassOptions() {
  DdpgOptions options;
  options.actor_hidden = {32, 32};
  options.critic_hidden = {64, 64};
  options.gamma = 0.95;
  options.tau = 0.01;
  options.actor_lr = 3e-4;
  options.critic_lr = 1e-3;
  options.batch_size = 128;
  options.updates_per_step = 1;
  options.n_step = 1;
  options.noise = "gaussian";
  options.noise_sigma = 0.2;
  options.learning_starts = 2000;
  options.warmup_sigma = 1;
  return options;
}

/// A run of half a second.
DdpgOptions ShortOptions() {
  DdpgOptions options = PointMassOptions();
  options.actor_hidden = options.critic_hidden = {8};
  options.batch_size = 32;
  options.updates_per_step = 0.5;
  options.n_step = 3;
  options.learning_starts = 400;
  return options;
}

Trained TrainOnPointMass(const DdpgOptions& options, uint64_t seed, int64_t steps,
                         ThreadPool* env_pool, ThreadPool* learner_pool = nullptr) {
  return TrainOnPointMass(MakeDdpgAgent(options, PointMassContext(seed, steps, learner_pool)), seed,
                          steps, env_pool);
}

TEST_F(DdpgTest, LearnsThePointMassInSeconds) {
  ThreadPool pool(1);
  const Trained trained = TrainOnPointMass(PointMassOptions(), 1, 16000, &pool);
  const double learned = LearnedReturn(*trained.agent);
  const double good = BangBangReturn(), idle = MeanReturn([](double, double) { return 0.0f; });
  EXPECT_LT(idle, 4 * good) << "there is something to learn";
  EXPECT_GT(learned, 1.15 * good) << "learned " << learned << ", bang-bang " << good << ", idle "
                                  << idle;
}

TEST_F(DdpgTest, SeedAloneDecidesTheBits) {
  for (const bool twin : {false, true}) {
    DdpgOptions options = ShortOptions();
    options.twin = twin;
    options.policy_delay = twin ? 2 : 1;
    ExpectSeedAloneDecides(
        [&](const AgentContext& context) { return MakeDdpgAgent(options, context); }, 1600,
        "actor.online");
  }
}

TEST_F(DdpgTest, BackEndsAgree) {
  ThreadPool pool(1);
  DdpgOptions options = ShortOptions();
  const auto actor = [&](const char* backend) {
    options.backend = backend;
    return Floats(
        SavedTensors(TrainOnPointMass(options, 1, 600, &pool).agent.get()).at("actor.online"));
  };
  const auto fused = actor("fused"), autograd = actor("autograd");
  // a hundred updates let rounding grow a little, no more
  for (size_t i = 0; i < fused.size(); ++i) EXPECT_NEAR(fused[i], autograd[i], 1e-4);
}

TEST_F(DdpgTest, WarmupOnlyActs) {
  ThreadPool pool(1);
  DdpgOptions options = ShortOptions();
  options.learning_starts = 1000;
  // a run so long that the warm-up fits into its first half
  Trained trained =
      TrainOnPointMass(MakeDdpgAgent(options, PointMassContext(1, 2072)), 1, 996, &pool);
  EXPECT_EQ(trained.agent->updates(), 0);
  Train(trained.agent.get(), trained.envs.get(), 40);
  EXPECT_EQ(trained.agent->env_steps(), 1036);
  // from step 1000 on every round of four steps pays for two updates: rounds ending at 1000, 1004,
  // ... 1036
  EXPECT_EQ(trained.agent->updates(), 20);
}

TEST_F(DdpgTest, ShortRunsLearnFromTheirSecondHalf) {
  ThreadPool pool(1);
  DdpgOptions options = ShortOptions();
  options.learning_starts = 1000;
  Trained trained =
      TrainOnPointMass(MakeDdpgAgent(options, PointMassContext(1, 400)), 1, 196, &pool);
  EXPECT_EQ(trained.agent->updates(), 0);
  Train(trained.agent.get(), trained.envs.get(), 40);
  EXPECT_EQ(trained.agent->updates(), 20);
}

TEST_F(DdpgTest, ContradictingOptionsAreRefused) {
  const AgentContext context{.obs_dim = 2, .act_dim = 1};
  DdpgOptions options;
  options.buffer_size = options.batch_size - 1;
  EXPECT_THAT([&] { MakeDdpgAgent(options, context); },
              ThrowsMessage<UserError>(
                  AllOf(HasSubstr("agent.batch_size"), HasSubstr("agent.buffer_size"))));
  options = {};
  options.critic_action_layer = 3;
  EXPECT_THAT([&] { MakeDdpgAgent(options, context); },
              ThrowsMessage<UserError>(HasSubstr("critic_action_layer")));
  options = {};
  options.device = "cuda";
  EXPECT_THAT([&] { MakeDdpgAgent(options, context); },
              ThrowsMessage<UserError>(HasSubstr("autograd")));
}

}  // namespace
}  // namespace sinew::agents
