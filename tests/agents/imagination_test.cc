#include "agents/model_based/imagination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "tests/agents/line_goals.h"
#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

/// x' = A_t x + B u + c, A_t turns and shrinks; the turn grows with the time if `varying`.
std::vector<float> Step(int64_t time, const std::vector<float>& x, float u, bool varying) {
  const float turn = varying ? 0.05f * static_cast<float>(time) : 0.3f;
  const float c = std::cos(turn), s = std::sin(turn);
  return {0.95f * (c * x[0] - s * x[1]) + 0.1f, 0.95f * (s * x[0] + c * x[1]) + 0.5f * u};
}

TimedSteps Episodes(int count, int length, bool varying, uint64_t seed) {
  Random random(seed);
  TimedSteps steps;
  for (int k = 0; k < count; ++k) {
    std::vector<float> x{static_cast<float>(random.Normal()), static_cast<float>(random.Normal())};
    for (int t = 0; t < length; ++t) {
      const auto u = static_cast<float>(random.Normal());
      const auto next = Step(t, x, u, varying);
      steps.Add(t, x, std::vector<float>{u}, next);
      x = next;
    }
  }
  return steps;
}

/// Root mean square error of one-step predictions over other episodes.
double Error(const LocalDynamics& dynamics, const TimedSteps& steps) {
  double square = 0;
  std::vector<float> next(2);
  for (int64_t i = 0; i < steps.size(); ++i) {
    dynamics.Predict(steps.times[i], {&steps.observations[2 * i], 2}, {&steps.actions[i], 1}, next);
    for (int j = 0; j < 2; ++j) square += std::pow(next[j] - steps.next_observations[2 * i + j], 2);
  }
  return std::sqrt(square / static_cast<double>(steps.size()));
}

TEST(LocalDynamicsTest, RecoversALinearSystem) {
  LocalDynamics dynamics(2, 1);
  EXPECT_FALSE(dynamics.fitted());
  dynamics.Fit(Episodes(5, 20, false, 1));
  EXPECT_TRUE(dynamics.fitted());
  EXPECT_LT(Error(dynamics, Episodes(20, 20, false, 2)), 1e-3);
}

TEST(LocalDynamicsTest, FollowsASystemThatChangesWithTime) {
  LocalDynamics dynamics(2, 1), common(2, 1);
  const TimedSteps steps = Episodes(5, 20, true, 1), others = Episodes(20, 20, true, 2);
  dynamics.Fit(steps);
  TimedSteps without_time = steps;
  for (int64_t& time : without_time.times) time = 0;
  common.Fit(without_time);
  EXPECT_LT(Error(dynamics, others), 0.5 * Error(common, others));
}

TEST(LocalDynamicsTest, WhatNeverVariesStays) {
  LocalDynamics dynamics(2, 1);
  TimedSteps steps;
  for (int t = 0; t < 10; ++t) {
    const auto x = static_cast<float>(t);
    steps.Add(t, std::vector<float>{x, 7}, std::vector<float>{0}, std::vector<float>{x + 1, 7});
  }
  dynamics.Fit(steps);
  std::vector<float> next(2);
  EXPECT_TRUE(dynamics.Predict(3, std::vector<float>{3, 7}, std::vector<float>{1}, next));
  EXPECT_NEAR(next[0], 4, 1e-3);
  EXPECT_EQ(next[1], 7);
  EXPECT_FALSE(dynamics.Predict(3, std::vector<float>{3, 9}, std::vector<float>{1}, next))
      << "9 was never seen";
  EXPECT_TRUE(dynamics.Predict(99, std::vector<float>{9, 7}, std::vector<float>{1}, next))
      << "behind the longest episode the last map holds";
  EXPECT_FALSE(dynamics.Predict(9, std::vector<float>{40, 7}, std::vector<float>{1}, next))
      << "further out than half the range";
}

constexpr float kStepLength = 0.25f;

/// A point on a line that moves by a quarter of the action: [position, goal, goal - position].
void Live(Imagination* imagination, int episodes, int length = 6) {
  Random random(3);
  for (int k = 0; k < episodes; ++k) {
    auto x = static_cast<float>(random.Normal());
    const auto goal = static_cast<float>(random.Normal());
    for (int t = 0; t < length; ++t) {
      const auto a = static_cast<float>(random.Normal());
      const float then = x + kStepLength * a;
      const std::vector<float> before{x, goal, goal - x}, action{a}, after{then, goal, goal - then},
          reward{0};
      const std::vector<spec::StepResult> result{{.truncated = t + 1 == length}};
      imagination->Observe({before, action, reward, after, result});
      x = then;
    }
  }
}

Imagination MakeImagination(int64_t steps, int n_step = 1) {
  return {
      {.imagination = steps, .imagination_refit = 4},
      {.obs_dim = 3, .act_dim = 1, .n_step = n_step, .gamma = 0.9, .reward_scale = 2, .seed = 1},
      std::make_shared<LineGoals>()};
}

void Follow(std::span<const float> states, int rows, std::span<float> actions) {
  for (int i = 0; i < rows; ++i) actions[i] = 0.5f * states[3 * i + 2];
}

TEST(ImaginationTest, WaitsForEnoughEpisodes) {
  Imagination imagination = MakeImagination(3);
  Live(&imagination, 3);
  imagination.Imagine(Follow);
  EXPECT_FALSE(imagination.ready());
  Live(&imagination, 1);
  imagination.Imagine(Follow);
  EXPECT_TRUE(imagination.ready());
}

TEST(ImaginationTest, TransitionsAreTheWorldsUnderThePolicy) {
  Imagination imagination = MakeImagination(3);
  Live(&imagination, 8);
  for (int i = 0; i < 50; ++i) imagination.Imagine(Follow);
  Batch batch;
  imagination.Sample(300, &batch);
  for (int i = 0; i < batch.size; ++i) {
    const float *now = &batch.observations[3 * i], *then = &batch.next_observations[3 * i];
    const float action = batch.actions[i];
    EXPECT_FLOAT_EQ(action, 0.5f * now[2]) << "the policy's, not the data's";
    EXPECT_NEAR(then[0], now[0] + kStepLength * action, 5e-3);
    EXPECT_NEAR(then[1], now[1], 1e-6) << "the goal stays";
    EXPECT_NEAR(then[2], then[1] - then[0], 1e-6) << "and the error fits it";
    EXPECT_NEAR(batch.rewards[i], 2 * LineGoals::RewardOf(now[2], action, then[2]), 1e-4);
    EXPECT_FLOAT_EQ(batch.discounts[i], 0.9f) << "never terminal";
  }
}

// from the start of a rollout: three rewards; from its last state: one
TEST(ImaginationTest, ReturnsReachToTheRolloutsEndAndNoFurther) {
  Imagination imagination = MakeImagination(3, 5);
  Live(&imagination, 4);
  imagination.Imagine(Follow);
  Batch batch;
  imagination.Sample(100, &batch);
  for (int i = 0; i < batch.size; ++i) {
    EXPECT_THAT(batch.discounts[i], testing::AnyOf(testing::FloatEq(0.9f), testing::FloatEq(0.81f),
                                                   testing::FloatNear(0.729f, 1e-6f)));
  }
}

TEST(ImaginationTest, RolloutsThatLeaveTheDataAreCut) {
  Imagination imagination = MakeImagination(10);
  Live(&imagination, 4);
  const auto run = [](std::span<const float>, int rows, std::span<float> actions) {
    for (int i = 0; i < rows; ++i) actions[i] = 5;
  };
  for (int i = 0; i < 30; ++i) imagination.Imagine(run);
  Batch batch;
  imagination.Sample(500, &batch);
  for (float x : batch.next_observations) EXPECT_LT(std::abs(x), 15);
}

TEST(ImaginationTest, RestoredOneImaginesTheSame) {
  const ScratchFile file;
  Imagination original = MakeImagination(3), restored = MakeImagination(3);
  Live(&original, 5);
  original.Imagine(Follow);
  Live(&restored, 9);
  {
    models::Archive archive;
    original.Serialize(archive, "i");
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  restored.Serialize(archive, "i");
  Batch a, b;
  for (auto [imagination, batch] : {std::pair{&original, &a}, std::pair{&restored, &b}}) {
    Live(imagination, 3);
    for (int i = 0; i < 4; ++i) imagination->Imagine(Follow);
    imagination->Sample(64, batch);
  }
  EXPECT_EQ(a.observations, b.observations);
  EXPECT_EQ(a.rewards, b.rewards);
  EXPECT_EQ(a.next_observations, b.next_observations);
}

}  // namespace
}  // namespace sinew::agents
