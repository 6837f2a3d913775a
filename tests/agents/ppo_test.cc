// PPO as a whole: what it learns, and that nothing but its seed decides its bits.

#include "agents/on_policy/ppo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "agents/on_policy/kl_step_size.h"
#include "agents/on_policy/policy_losses.h"
#include "core/error.h"
#include "models/kernels/math_runtime.h"
#include "tests/agents/point_mass_learning.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr int kEnvs = kPointMassEnvs;

class PpoTest : public testing::Test {
 protected:
  PpoTest() { models::UseOneMathThread(); }
};

/// Two rollouts are a run of a tenth of a second.
PpoOptions ShortOptions() {
  PpoOptions options;
  options.actor_hidden = options.critic_hidden = {8, 8};
  options.rollout_steps = 32;
  options.batch_size = 32;
  options.epochs = 3;
  return options;
}

Trained TrainOnPointMass(const PpoOptions& options, uint64_t seed, int64_t steps,
                         ThreadPool* env_pool, ThreadPool* learner_pool = nullptr) {
  return TrainOnPointMass(MakePpoAgent(options, PointMassContext(seed, steps, learner_pool)), seed,
                          steps, env_pool);
}

TEST_F(PpoTest, LearnsThePointMassInSecondsWithEverySurrogate) {
  ThreadPool pool(1);
  const double good = BangBangReturn(), idle = MeanReturn([](double, double) { return 0.0f; });
  ASSERT_LT(idle, 4 * good) << "there is something to learn";
  for (const char* surrogate : {"clip", "kl", "adaptive_kl"}) {
    PpoOptions options;
    options.actor_hidden = options.critic_hidden = {32, 32};
    options.actor_lr = options.critic_lr = 2e-3;
    options.gamma = 0.95;
    options.surrogate = surrogate;
    const double learned = LearnedReturn(*TrainOnPointMass(options, 1, 30'000, &pool).agent);
    EXPECT_GT(learned, 1.2 * good)
        << surrogate << ": learned " << learned << ", bang-bang " << good << ", idle " << idle;
  }
}

TEST_F(PpoTest, SeedAloneDecidesTheBits) {
  for (const bool recompute : {false, true}) {
    PpoOptions options = ShortOptions();
    options.recompute_advantages = recompute;
    options.stop_kl = recompute ? 0.01 : 0;
    ExpectSeedAloneDecides(
        [&](const AgentContext& context) { return MakePpoAgent(options, context); }, 700,
        "actor.online");
  }
}

TEST_F(PpoTest, GoesOnWithTheSameBitsFromTheMiddleOfARollout) {
  ThreadPool pool(1);
  for (const char* surrogate : {"clip", "adaptive_kl"}) {
    PpoOptions options = ShortOptions();
    options.surrogate = surrogate;
    options.desired_kl = options.surrogate == "clip" ? 1e-3 : 0;
    options.lr_schedule = 1;
    Trained original = TrainOnPointMass(options, 1, 300, &pool);
    Trained restored = TrainOnPointMass(options, 2, 700, &pool);
    CopyThroughArchive(original.agent.get(), restored.agent.get());
    restored.envs = std::make_unique<sim::VecEnv>(PointMassTask(), kEnvs, 1, &pool);
    restored.envs->RestoreState(original.envs->SaveState());
    EXPECT_EQ(restored.agent->env_steps(), 300);
    for (Trained* run : {&original, &restored}) Train(run->agent.get(), run->envs.get(), 400);
    EXPECT_EQ(SavedTensors(restored.agent.get()), SavedTensors(original.agent.get()));
  }
}

TEST_F(PpoTest, BackEndsAgree) {
  ThreadPool pool(1);
  PpoOptions options = ShortOptions();
  const auto tensors = [&](const char* backend) {
    options.backend = backend;
    return SavedTensors(TrainOnPointMass(options, 1, 2 * 32 * kEnvs, &pool).agent.get());
  };
  const auto fused = tensors("fused"), autograd = tensors("autograd");
  for (const char* name : {"actor.online", "critic.online", "log_std.online"}) {
    const auto expected = Floats(autograd.at(name)), values = Floats(fused.at(name));
    for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-4) << name;
  }
}

/// A run of rollouts of one state; every step earns `reward` and ends as told.
struct OneState {
  PpoOptions options = ShortOptions();
  spec::StepResult end;
  float reward = 1;

  OneState() {
    options.gamma = 0.5;
    options.gae_lambda = 0.5;
    options.critic_lr = 1e-2;
    options.lr_schedule = 1;
    options.epochs = 10;
    options.value_clip = 0;
    options.normalize_rewards = false;
    options.normalizer = "task";
  }
  std::unique_ptr<Agent> Run(int rollouts) const {
    auto agent = MakePpoAgent(options, {.obs_dim = 1, .act_dim = 1, .seed = 1});
    Continue(agent.get(), rollouts);
    return agent;
  }
  /// @return  every warning on the way.
  std::vector<std::string> Continue(Agent* agent, int rollouts) const {
    std::vector<std::string> warnings;
    for (int64_t i = 0; i < rollouts * options.rollout_steps; ++i) {
      std::vector<float> action(1);
      agent->Act({std::vector<float>{0.5f}}, action);
      ObserveStep(agent, {{0.5f}, action, {0.5f}, reward, end});
      std::ranges::move(agent->Learn().warnings, std::back_inserter(warnings));
    }
    return warnings;
  }
};

double LearnedValue(const spec::StepResult& end) {
  OneState world;
  world.end = end;
  const auto agent = world.Run(40);
  agent->TakeMetrics();
  world.Continue(agent.get(), 1);
  return MetricOf(agent->TakeMetrics(), "value_mean");
}

// nothing is earned behind a terminal state; a truncated one goes on: 1 + 0.5 + 0.25 + ... = 2
TEST_F(PpoTest, TruncationBootstrapsAndTerminationDoesNot) {
  EXPECT_NEAR(LearnedValue({.terminated = true}), 1, 0.05);
  EXPECT_NEAR(LearnedValue({.truncated = true}), 2, 0.1);
  EXPECT_NEAR(LearnedValue({}), 2, 0.1);
}

TEST_F(PpoTest, DivergedStepsAreNotLearnedFrom) {
  OneState world;
  world.end = {.diverged = true};
  const auto agent = world.Run(2);
  EXPECT_EQ(agent->updates(), 0);
  EXPECT_EQ(agent->env_steps(), 64);
}

TEST_F(PpoTest, LearnsFromActionsAsTheyWereDrawnAndActsWithinBounds) {
  OneState world;
  world.options.log_std_init = 1;
  const auto agent = MakePpoAgent(world.options, {.obs_dim = 1, .act_dim = 1, .seed = 1});
  std::vector<float> acted, action(1);
  for (int i = 0; i < 20; ++i) {
    agent->Act({std::vector<float>{0.5f}}, action);
    acted.push_back(action[0]);
    ObserveStep(agent.get(), {{0.5f}, action, {0.5f}, 1, {}});
  }
  const auto stored = Floats(SavedTensors(agent.get()).at("rollout.actions"));
  ASSERT_EQ(stored.size(), 20u);
  EXPECT_GT(*std::ranges::max_element(stored), 1.5);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(acted[i], std::clamp(stored[i], -1.0f, 1.0f));
}

TEST_F(PpoTest, DeterministicPolicyIsTheClippedMean) {
  ThreadPool pool(1);
  PpoOptions options = ShortOptions();
  options.log_std_min = options.log_std_init = -20;
  options.log_std_max = -20;
  options.actor_lr = 0.05;
  const Trained trained = TrainOnPointMass(options, 1, 1000, &pool);
  const auto policy = ExportedPolicy(*trained.agent);
  float largest = 0;
  for (float x : {-3.0f, -0.5f, 0.1f, 2.0f}) {
    std::vector<float> observations, actions(kEnvs);
    for (int i = 0; i < kEnvs; ++i) observations.insert(observations.end(), {x, 0.3f * i});
    trained.agent->Act({observations}, actions);
    for (int i = 0; i < kEnvs; ++i) {
      float action = 0;
      policy->Act(std::span(observations).subspan(2 * i, 2), {&action, 1});
      EXPECT_NEAR(actions[i], action, 1e-5);
      largest = std::max(largest, std::abs(action));
    }
  }
  EXPECT_EQ(largest, 1) << "the bound was met";
}

TEST_F(PpoTest, ActorStopsBeyondTheKlAndTheCriticGoesOn) {
  ThreadPool pool(1);
  PpoOptions options = ShortOptions();
  options.actor_lr = 0.05;
  options.stop_kl = 0.002;
  const Trained stopping = TrainOnPointMass(options, 1, 32 * kEnvs, &pool);
  const Metrics metrics = stopping.agent->TakeMetrics();
  EXPECT_EQ(MetricOf(metrics, "policy_epochs"), 1);
  EXPECT_GT(MetricOf(metrics, "kl"), 0.002);
  EXPECT_EQ(stopping.agent->updates(), 3 * 4) << "three epochs of four minibatches";
  options.stop_kl = 0;
  const Trained going = TrainOnPointMass(options, 1, 32 * kEnvs, &pool);
  EXPECT_EQ(MetricOf(going.agent->TakeMetrics(), "policy_epochs"), 3);
  EXPECT_EQ(SavedTensors(going.agent.get()).at("critic.online"),
            SavedTensors(stopping.agent.get()).at("critic.online"));
}

// the passes that it takes alone come after the actor's
TEST_F(PpoTest, CriticMayPassMoreOftenThanTheActor) {
  ThreadPool pool(1);
  PpoOptions options = ShortOptions();
  const Trained together = TrainOnPointMass(options, 1, 32 * kEnvs, &pool);
  options.critic_epochs = 5;
  const Trained more = TrainOnPointMass(options, 1, 32 * kEnvs, &pool);
  EXPECT_EQ(together.agent->updates(), 3 * 4) << "three epochs of four minibatches";
  EXPECT_EQ(more.agent->updates(), 5 * 4);
  auto expected = SavedTensors(together.agent.get()), tensors = SavedTensors(more.agent.get());
  EXPECT_EQ(tensors.at("actor.online"), expected.at("actor.online"));
  EXPECT_NE(tensors.at("critic.online"), expected.at("critic.online"));
}

TEST_F(PpoTest, ActorsStepSizeFollowsTheDesiredKl) {
  ThreadPool pool(1);
  PpoOptions options = ShortOptions();
  options.lr_schedule = 1;
  options.desired_kl = 1e-6;
  KlStepSize step_size(options.desired_kl);
  Trained trained = TrainOnPointMass(options, 1, 32 * kEnvs, &pool);
  for (int rollout = 0; rollout < 4; ++rollout) {
    const Metrics metrics = trained.agent->TakeMetrics();
    step_size.Adapt(MetricOf(metrics, "kl"), 1);
    EXPECT_EQ(MetricOf(metrics, "actor_lr"), options.actor_lr * step_size.factor());
    Train(trained.agent.get(), trained.envs.get(), 32 * kEnvs);
  }
  EXPECT_LT(step_size.factor(), 1) << "steps of " << options.actor_lr << " were too long";
  const auto actor = SavedTensors(trained.agent.get()).at("actor.online");
  options.desired_kl = 0;
  const Trained scheduled = TrainOnPointMass(options, 1, 5 * 32 * kEnvs, &pool);
  EXPECT_NE(SavedTensors(scheduled.agent.get()).at("actor.online"), actor);
}

TEST_F(PpoTest, KlCoefficientFollowsItsTarget) {
  ThreadPool pool(1);
  PpoOptions options = ShortOptions();
  options.surrogate = "adaptive_kl";
  options.actor_lr = 0.01;
  const Trained trained = TrainOnPointMass(options, 1, 32 * kEnvs, &pool);
  double coefficient = options.kl_coefficient;
  for (int rollout = 0; rollout < 4; ++rollout) {
    const Metrics metrics = trained.agent->TakeMetrics();
    coefficient = AdaptKlCoefficient(coefficient, MetricOf(metrics, "kl"), options.kl_target);
    EXPECT_EQ(MetricOf(metrics, "kl_coefficient"), coefficient);
    Train(trained.agent.get(), trained.envs.get(), 32 * kEnvs);
  }
  EXPECT_NE(coefficient, options.kl_coefficient);
}

TEST_F(PpoTest, StandardDeviationStaysWithinItsBounds) {
  ThreadPool pool(1);
  PpoOptions options = ShortOptions();
  options.entropy_coef = 10;
  options.actor_lr = 0.1;
  options.log_std_max = 0.25;
  const Trained trained = TrainOnPointMass(options, 1, 3 * 32 * kEnvs, &pool);
  EXPECT_NEAR(MetricOf(trained.agent->TakeMetrics(), "action_std"), std::exp(0.25), 1e-6);
}

TEST_F(PpoTest, BoundOfTheStandardDeviationFallsOverTheRun) {
  ThreadPool pool(1);
  PpoOptions options = ShortOptions();
  options.entropy_coef = 10;  // log_std presses against its bound
  options.actor_lr = 0.1;
  options.log_std_max = {0.5, -0.5};
  const Trained trained = TrainOnPointMass(options, 1, 2 * 32 * kEnvs, &pool);
  EXPECT_NEAR(MetricOf(trained.agent->TakeMetrics(), "action_std"), std::exp(0.0), 1e-6)
      << "the second of two rollouts began half-way";
  for (int rollout = 0; rollout < 2; ++rollout) {
    Train(trained.agent.get(), trained.envs.get(), 32 * kEnvs);
    EXPECT_NEAR(MetricOf(trained.agent->TakeMetrics(), "action_std"), std::exp(-0.5), 1e-6)
        << "no further behind the end";
  }
}

TEST_F(PpoTest, StepSizeFallsOverTheRun) {
  ThreadPool pool(1);
  PpoOptions options = ShortOptions();
  options.lr_schedule = {1, 0.5};
  const Trained trained = TrainOnPointMass(options, 1, 4 * 32 * kEnvs, &pool);
  EXPECT_NEAR(MetricOf(trained.agent->TakeMetrics(), "actor_lr"), options.actor_lr * 0.5, 1e-12);
  Train(trained.agent.get(), trained.envs.get(), 32 * kEnvs);
  EXPECT_NEAR(MetricOf(trained.agent->TakeMetrics(), "actor_lr"), options.actor_lr * 0.5, 1e-12)
      << "no further behind the end";
}

// the squares of 1e30 are infinite in float
TEST_F(PpoTest, BrokenUpdatesAreUndoneAndThenStopTheRun) {
  OneState world;
  world.options.max_rollbacks = 2;
  const auto agent = world.Run(2);
  const auto good = SavedTensors(agent.get());
  world.reward = 1e30f;
  const auto warnings = world.Continue(agent.get(), 2);
  const auto after = SavedTensors(agent.get());
  for (const char* name : {"actor.online", "critic.online", "log_std.online"}) {
    EXPECT_EQ(after.at(name), good.at(name)) << name;
  }
  const Metrics metrics = agent->TakeMetrics();
  EXPECT_EQ(MetricOf(metrics, "rollbacks"), 2);
  EXPECT_NEAR(MetricOf(metrics, "actor_lr"), world.options.actor_lr / 4, 1e-12);
  EXPECT_EQ(warnings.size(), 2u) << "each is told once";
  EXPECT_THAT(warnings, ::testing::Each(HasSubstr("value loss is not finite")));
  EXPECT_THAT([&] { world.Continue(agent.get(), 1); },
              ThrowsMessage<Error>(
                  AllOf(HasSubstr("value loss is not finite"), HasSubstr("after 2 roll-backs"))));
}

TEST_F(PpoTest, ContradictingOptionsAreRefused) {
  const AgentContext context{.obs_dim = 2, .act_dim = 1, .num_envs = 2};
  PpoOptions options;
  options.rollout_steps = 10;
  options.batch_size = 21;
  EXPECT_THAT([&] { MakePpoAgent(options, context); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("agent.batch_size = 21"),
                                             HasSubstr("10 steps of 2 environments"))));
  options = {};
  options.critic_epochs = 9;
  EXPECT_THAT([&] { MakePpoAgent(options, context); },
              ThrowsMessage<UserError>(
                  AllOf(HasSubstr("agent.critic_epochs = 9"), HasSubstr("agent.epochs = 10"))));
  options = {};
  options.log_std_init = options.log_std_max.start + 1;
  EXPECT_THAT([&] { MakePpoAgent(options, context); },
              ThrowsMessage<UserError>(HasSubstr("log_std_init")));
}

}  // namespace
}  // namespace sinew::agents
