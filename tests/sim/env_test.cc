#include "sim/env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "tests/sim/point_mass.h"

namespace sinew::sim {
namespace {

using ::testing::AllOf;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Env MakeEnv(const PointMassOptions& options = {}) {
  return Env(std::make_shared<PointMass>(options), 1);
}

spec::StepResult Step(Env* env, float action) { return env->Step(std::array{action}); }

std::vector<double> Observation(const Env& env) {
  return {env.observation().begin(), env.observation().end()};
}

TEST(EnvTest, StepFollowsTheEquationOfMotion) {
  Env env = MakeEnv();
  double x = env.observation()[0], v = 0, total = 0;
  for (const float action : {0.5f, -1.0f, 0.25f}) {
    const double force = PointMass::kForce * action;
    x += 0.05 * v + 15e-4 * force;
    v += 0.05 * force;
    const spec::StepResult result = Step(&env, action);
    EXPECT_THAT(env.observation(), ElementsAre(DoubleNear(x, 1e-12), DoubleNear(v, 1e-12)));
    EXPECT_NEAR(result.reward, -x * x - PointMass::kEffortWeight * action * action, 1e-12);
    EXPECT_THAT(env.reward_terms(),
                ElementsAre(DoubleNear(-x * x, 1e-12), DoubleNear(-0.01 * action * action, 1e-12)));
    EXPECT_THAT(env.torque(), ElementsAre(DoubleNear(force, 1e-12)));
    total += result.reward;
    EXPECT_NEAR(env.episode_return(), total, 1e-12);
  }
  EXPECT_EQ(env.step(), 3);
}

// a curriculum of one easy start: at rest 1 cm from the goal
class EasyToLearn : public PointMass {
 public:
  void ResetForTraining(Simulation& simulation, Random&) const override {
    simulation.qpos()[0] = 0.01;
  }
};

TEST(EnvTest, OnlyTrainingStartsFromTheCurriculum) {
  const auto task = std::make_shared<EasyToLearn>();
  Env training(task, 1, Starts::kTraining), evaluation(task, 1), plain = MakeEnv();
  for (int k = 0; k < 3; ++k) {
    EXPECT_THAT(training.observation(), ElementsAre(0.01, 0));
    EXPECT_EQ(Observation(evaluation), Observation(plain));
    for (Env* env : {&training, &evaluation, &plain}) env->Reset();
  }
}

TEST(EnvTest, ActionsAreClippedAndControlsToo) {
  Env clipped = MakeEnv(), full = MakeEnv(), control = MakeEnv();
  Step(&clipped, 7);
  Step(&full, 1);
  control.StepControl(std::array{3.0});
  EXPECT_EQ(Observation(clipped), Observation(full));
  EXPECT_EQ(Observation(control), Observation(full));
}

TEST(EnvTest, TimeLimitTruncates) {
  Env env = MakeEnv({.time_limit = 4});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(Step(&env, 0).done());
  const spec::StepResult last = Step(&env, 0);
  EXPECT_TRUE(last.truncated);
  EXPECT_FALSE(last.terminated || last.diverged);
}

TEST(EnvTest, EpisodesAreCutWhereTheTasksLimitDoesNotComeFirst) {
  const auto length = [](Env* env) {
    env->Reset();
    spec::StepResult last;
    while (!last.done()) last = Step(env, 0);
    EXPECT_TRUE(last.truncated);
    EXPECT_FALSE(last.terminated || last.diverged);
    return env->step();
  };
  Env env = MakeEnv({.time_limit = 4});
  for (const auto& [cut, expected] : {std::pair{3, 3}, {1, 1}, {9, 4}, {0, 4}}) {
    env.CutEpisodes(cut);
    EXPECT_EQ(length(&env), expected) << cut;
  }
}

TEST(EnvTest, TerminationIsNoTruncation) {
  // 15e-4 m/N * 5 N = 7.5 mm in the first step, 20 mm more in the second: 27.5 mm
  Env env = MakeEnv({.time_limit = 2, .wall = 0.025, .start = 0});
  EXPECT_FALSE(Step(&env, 1).done());
  const spec::StepResult last = Step(&env, 1);
  EXPECT_TRUE(last.terminated);
  EXPECT_FALSE(last.truncated) << "the wall was hit in the very step of the time limit";
}

TEST(EnvTest, SuccessNeedsTheLastStepsAndStartsAnew) {
  Env env = MakeEnv({.start = 0});
  EXPECT_FALSE(env.success());
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(env.success()) << "after " << i << " steps";
    Step(&env, 0);
  }
  EXPECT_TRUE(env.success());
  EXPECT_FALSE(env.success(1)) << "the task has one criterion";
  while (env.goal_distance() <= 0.1) Step(&env, 1);
  EXPECT_FALSE(env.success());
  env.Reset();
  EXPECT_FALSE(env.success());
}

TEST(EnvTest, RestoredEnvKnowsHowLongTheGoalWasHeld) {
  Env env = MakeEnv({.start = 0}), heir = MakeEnv({.start = 1});
  for (int i = 0; i < 2; ++i) Step(&env, 0);
  heir.RestoreState(env.SaveState());
  EXPECT_FALSE(heir.success());
  Step(&heir, 0);
  EXPECT_TRUE(heir.success());
}

TEST(EnvTest, ActionsThatAreNoNumbersNameTheJoint) {
  for (const float bad : {kNan, HUGE_VALF, -HUGE_VALF}) {
    Env env = MakeEnv();
    Step(&env, 0);
    EXPECT_THAT([&] { Step(&env, bad); },
                ThrowsMessage<Error>(AllOf(HasSubstr("'rail'"), HasSubstr("step 1"))));
    EXPECT_THAT([&] { env.StepControl(std::array<double, 1>{bad}); },
                ThrowsMessage<Error>(HasSubstr("'rail'")));
  }
  Env env = MakeEnv();
  EXPECT_THAT(
      [&] {
        env.StepControl(std::array{0.0, 0.0});
      },
      ThrowsMessage<UserError>(AllOf(HasSubstr("2 controls"), HasSubstr("1 actuators"))));
}

/// The point mass with one number broken from the third step on.
class Broken : public PointMass {
 public:
  explicit Broken(std::string what) : what_(std::move(what)) {}
  void Observe(const Simulation& simulation, std::span<double> observation) const override {
    PointMass::Observe(simulation, observation);
    if (what_ == "observation" && simulation.data()->time > 0.12) observation[1] = kNan;
  }
  void Reward(const Simulation& simulation, std::span<double> terms) const override {
    PointMass::Reward(simulation, terms);
    if (what_ == "reward" && simulation.data()->time > 0.12) terms[1] = kInfinity;
    if (what_ == "sum") terms[0] = terms[1] = std::numeric_limits<double>::max();
  }

 private:
  std::string what_;
};

TEST(EnvTest, NumbersThatAreNoneAreNamedWithStepAndEpisode) {
  const auto run = [](const char* what) {
    return [what] {
      Env env(std::make_shared<Broken>(what), 1);
      env.ResetToEpisode(5);
      for (int i = 0; i < 10; ++i) Step(&env, 0);
    };
  };
  EXPECT_THAT(run("observation"),
              ThrowsMessage<Error>(
                  AllOf(HasSubstr("'velocity'"), HasSubstr("step 3"), HasSubstr("episode 5"))));
  EXPECT_THAT(run("reward"), ThrowsMessage<Error>(AllOf(HasSubstr("'effort'"), HasSubstr("step 3"),
                                                        HasSubstr("episode 5"))));
  EXPECT_THAT(run("sum"), ThrowsMessage<Error>(HasSubstr("sum of the reward terms")));
}

TEST(EnvTest, EpisodesDoNotDependOnWhatCameBefore) {
  Env env = MakeEnv();
  std::vector<std::vector<double>> starts;
  for (int k = 0; k < 5; ++k) {
    EXPECT_EQ(env.episode(), static_cast<uint64_t>(k));
    starts.push_back(Observation(env));
    for (int i = 0; i < k; ++i) Step(&env, 1);
    env.Reset();
  }
  for (int k : {3, 0, 4, 4, 1}) {
    env.ResetToEpisode(k);
    EXPECT_EQ(Observation(env), starts[k]) << "episode " << k;
    EXPECT_EQ(env.episode_return(), 0);
    Step(&env, -1);
  }
  env.Reset();
  EXPECT_EQ(Observation(env), starts[2])
      << "the sequence goes on behind the episode that was chosen";
  EXPECT_NE(starts[0], starts[1]);
}

TEST(EnvTest, StartsFromAGivenState) {
  Env env = MakeEnv();
  env.ResetToState(std::array{0.3}, std::array{-0.2});
  EXPECT_THAT(env.observation(), ElementsAre(0.3, -0.2));
  Step(&env, 1);
  const auto after = Observation(env);

  // whatever the simulation went through before, a divergence too
  Step(&env, -1);
  env.simulation().qvel()[0] = kNan;
  ASSERT_TRUE(Step(&env, 0).diverged);
  env.ResetToState(std::array{0.3}, std::array{-0.2});
  EXPECT_EQ(env.step(), 0);
  EXPECT_EQ(env.simulation().data()->time, 0);
  EXPECT_FALSE(Step(&env, 1).diverged);
  EXPECT_EQ(Observation(env), after);
}

TEST(EnvTest, PartsOfAStateThatAreNotGivenAreThoseOfTheReset) {
  Env env = MakeEnv();
  const double drawn = env.observation()[0];
  Step(&env, 1);
  env.ResetToState({}, std::array{0.4});
  EXPECT_THAT(env.observation(), ElementsAre(drawn, 0.4));
  env.ResetToState(std::array{0.1}, {});
  EXPECT_THAT(env.observation(), ElementsAre(0.1, 0.0));
}

TEST(EnvTest, StatesOfWrongSizeAreRefusedAndChangeNothing) {
  Env env = MakeEnv();
  const auto before = Observation(env);
  EXPECT_THAT(
      [&] {
        env.ResetToState(std::array{1.0, 2.0}, {});
      },
      ThrowsMessage<UserError>(AllOf(HasSubstr("qpos has 2 values"), HasSubstr("has 1"))));
  EXPECT_THAT(
      [&] {
        env.ResetToState(std::array{1.0}, std::array{1.0, 2.0, 3.0});
      },
      ThrowsMessage<UserError>(HasSubstr("qvel has 3 values")));
  EXPECT_EQ(Observation(env), before);
  EXPECT_EQ(env.simulation().qpos()[0], before[0]);
}

}  // namespace
}  // namespace sinew::sim
