#include "agents/off_policy/fsac.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "agents/base/time_scale.h"
#include "agents/replay/return_bound.h"
#include "core/error.h"
#include "models/kernels/math_runtime.h"
#include "models/residual_layout.h"
#include "tests/agents/point_mass_learning.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

FsacOptions SmallOptions() {
  FsacOptions options;
  options.actor_width = options.critic_width = 16;
  options.expansion = 2;
  options.batch_size = 64;
  options.learning_starts = 500;
  return options;
}

AgentContext Context(uint64_t seed, int64_t steps, ThreadPool* pool = nullptr) {
  AgentContext context = PointMassContext(seed, steps, pool);
  context.episode_steps = 40;
  return context;
}

TEST(FsacTest, LearnsThePointMassInSeconds) {
  models::UseOneMathThread();
  ThreadPool pool(1);
  constexpr int64_t kSteps = 12'000;
  FsacOptions options = SmallOptions();
  options.actor_width = options.critic_width = 32;
  const Trained trained =
      TrainOnPointMass(MakeFsacAgent(options, Context(1, kSteps)), 1, kSteps, &pool);
  const double good = BangBangReturn(), learned = LearnedReturn(*trained.agent);
  EXPECT_GT(learned, 1.2 * good) << "learned " << learned << ", bang-bang " << good;
}

TEST(FsacTest, SeedAloneDecidesTheBits) {
  models::UseOneMathThread();
  for (const bool categorical : {true, false}) {
    FsacOptions options = SmallOptions();
    options.categorical = categorical;
    options.learning_starts = 200;
    ExpectSeedAloneDecides(
        [&](const AgentContext& context) { return MakeFsacAgent(options, context); }, 500,
        "actor.online");
  }
}

TEST(FsacTest, EverySwitchLearnsFiniteNumbers) {
  models::UseOneMathThread();
  ThreadPool pool(1);
  const auto expect_finite = [&](const auto& change) {
    FsacOptions options = SmallOptions();
    options.learning_starts = 100;
    change(&options);
    const Trained trained =
        TrainOnPointMass(MakeFsacAgent(options, Context(1, 400)), 1, 400, &pool);
    EXPECT_GT(trained.agent->updates(), 0);
    for (const auto& [name, value] : trained.agent->TakeMetrics()) {
      EXPECT_TRUE(std::isfinite(value)) << name;
    }
    EXPECT_NO_THROW(ExportedPolicy(*trained.agent));
  };
  expect_finite([](FsacOptions* o) { o->norm = "layer"; });
  expect_finite([](FsacOptions* o) { o->norm = "none"; });
  expect_finite([](FsacOptions* o) { o->unit_weights = false; });
  expect_finite([](FsacOptions* o) { o->categorical = false; });
  expect_finite([](FsacOptions* o) { o->return_scaling = false; });
  expect_finite([](FsacOptions* o) { o->policy_delay = 1; });
  expect_finite([](FsacOptions* o) { o->prioritized = true; });
  expect_finite([](FsacOptions* o) { o->n_step = 3; });
  expect_finite([](FsacOptions* o) { o->actor_blocks = o->critic_blocks = 2; });
}

// rewards in another unit are the same to the learner: powers of two scale without rounding
TEST(FsacTest, TheUnitOfRewardsChangesNoBits) {
  models::UseOneMathThread();
  ThreadPool pool(1);
  const auto actor = [&](double unit) {
    FsacOptions options = SmallOptions();
    options.reward_scale = 1;
    auto agent = MakeFsacAgent(options, Context(1, 1200));
    sim::VecEnv envs(PointMassTask(), kPointMassEnvs, 1, &pool);
    std::vector<float> before, rewards, actions(kPointMassEnvs);
    while (agent->env_steps() < 1200) {
      before.assign(envs.observations().begin(), envs.observations().end());
      agent->Act({before, envs.episode_begins()}, actions);
      envs.Step(actions);
      rewards.assign(envs.rewards().begin(), envs.rewards().end());
      for (float& reward : rewards) reward *= static_cast<float>(unit);
      agent->Observe({before, actions, rewards, envs.next_observations(), envs.results()});
      agent->Learn();
    }
    EXPECT_GT(agent->updates(), 0);
    return SavedTensors(agent.get()).at("actor.online");
  };
  const std::string expected = actor(1);
  EXPECT_EQ(actor(std::ldexp(1.0, -20)), expected);  // about 1e-6
  EXPECT_EQ(actor(std::ldexp(1.0, 20)), expected);
}

// observations of 1e8, one that never changes, an episode of a single step, rewards that are all 0
TEST(FsacTest, LearnsOnFromBadInput) {
  models::UseOneMathThread();
  FsacOptions options = SmallOptions();
  options.learning_starts = 20;
  AgentContext context{.obs_dim = 2, .act_dim = 1, .total_steps = 200, .episode_steps = 1};
  const auto agent = MakeFsacAgent(options, context);
  Random random(1);
  std::vector<float> action(1);
  for (int i = 0; i < 100; ++i) {
    const auto x = static_cast<float>(1e8 * random.Normal());
    agent->Act({std::vector<float>{x, 3}}, action);
    ObserveStep(agent.get(), {{x, 3}, action, {x, 3}, 0, {.truncated = true}});
    EXPECT_THAT(agent->Learn().warnings, testing::IsEmpty());
  }
  EXPECT_GT(agent->updates(), 0);
  EXPECT_EQ(MetricOf(agent->TakeMetrics(), "rollbacks"), 0);
}

TEST(FsacTest, WeightsKeepUnitLength) {
  models::UseOneMathThread();
  ThreadPool pool(1);
  const FsacOptions options = SmallOptions();
  const Trained trained = TrainOnPointMass(MakeFsacAgent(options, Context(1, 800)), 1, 800, &pool);
  const auto values = Floats(SavedTensors(trained.agent.get()).at("critic1.online"));
  for (int row = 0; row < 16; ++row) {
    const float* weight = values.data() + 3 * row;  // the embedding: two observations, an action
    EXPECT_NEAR(weight[0] * weight[0] + weight[1] * weight[1] + weight[2] * weight[2], 1, 1e-5);
  }
}

// a discount of 0.5, rewards 1, 1 and, in a new episode, 4: returns 1, 1.5, 4
// mean 13/6, variance ((7/6)^2 + (4/6)^2 + (11/6)^2) / 3 = 1.7222; 4 / 5 is less than its root
TEST(ReturnBoundTest, FactorByHand) {
  ReturnBound bound(1, 0.5, 5);
  EXPECT_EQ(bound.factor(), 1);
  const auto observe = [&](float reward, bool truncated) {
    const spec::StepResult result{.truncated = truncated};
    bound.Observe({&reward, 1}, {&result, 1});
  };
  observe(1, false);
  EXPECT_DOUBLE_EQ(bound.factor(), 5);  // nothing varies yet
  observe(1, true);
  observe(4, false);
  EXPECT_NEAR(bound.factor(), 1 / std::sqrt(1.722222), 1e-6);
}

TEST(TimeScaleTest, LooksAFifthOfTheEpisodeAhead) {
  EXPECT_EQ(TimeScaleOf(0).gamma, 0.99);
  EXPECT_DOUBLE_EQ(TimeScaleOf(200).gamma, 0.975);
  EXPECT_EQ(TimeScaleOf(1000).gamma, 0.99);
  EXPECT_EQ(TimeScaleOf(1).gamma, 0.95);
  EXPECT_EQ(TimeScaleOf(1000).learning_starts, 5000);
  EXPECT_EQ(TimeScaleOf(100).learning_starts, 500);
}

TEST(FsacTest, SaysWhatItDerivedUnlessItIsGiven) {
  AgentContext context{.obs_dim = 2, .act_dim = 1, .episode_steps = 200};
  context.contract.control_dt = 0.05;
  FsacOptions options;
  EXPECT_THAT(
      MakeFsacAgent(options, context)->DerivedSettings(),
      testing::Contains("agent.gamma = 0.975, from episodes of 200 control steps of 0.05 s"));
  options.gamma = 0.9;
  options.learning_starts = 10;
  EXPECT_THAT(MakeFsacAgent(options, context)->DerivedSettings(), testing::IsEmpty());
}

TEST(FsacTest, ContradictingOptionsAreRefused) {
  FsacOptions options;
  options.log_std_low = options.log_std_high;
  EXPECT_THAT([&] { MakeFsacAgent(options, {.obs_dim = 2, .act_dim = 1}); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("log_std_low"), HasSubstr("not below"))));
}

}  // namespace
}  // namespace sinew::agents
