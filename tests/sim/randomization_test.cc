#include "sim/randomization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.h"
#include "sim/env.h"
#include "sim/vec_env.h"
#include "tests/sim/point_mass.h"

namespace sinew::sim {
namespace {

constexpr int kEpisodes = 400;

std::shared_ptr<const Task> Randomized(const spec::RandomizationOptions& options) {
  auto task = std::make_shared<PointMass>();
  task->set_randomization(options);
  return task;
}

double Drawn(const Env& env, const std::string& name) {
  for (const DrawnValue& value : env.drawn_physics()) {
    if (value.name.starts_with(name)) return value.value;
  }
  throw Error("nothing drawn named " + name);
}

std::vector<double> Trace(Env* env, int steps) {
  std::vector<double> trace(env->observation().begin(), env->observation().end());
  for (int k = 0; k < steps; ++k) {
    const float action = static_cast<float>(std::sin(0.9 * static_cast<double>(env->step())));
    trace.push_back(env->Step(std::span(&action, 1)).reward);
    trace.insert(trace.end(), env->observation().begin(), env->observation().end());
  }
  return trace;
}

const spec::RandomizationOptions kEverything{.mass = 0.3,
                                             .gear = 0.2,
                                             .delay = 3,
                                             .observation_noise = 0.01,
                                             .action_noise = 0.05,
                                             .push_force = 2,
                                             .push_every = 0.2};

TEST(RandomizationTest, OffDrawsNothing) {
  Env env(std::make_shared<PointMass>(), 1);
  EXPECT_TRUE(env.drawn_physics().empty());
  EXPECT_TRUE(env.SaveState().randomization.drawn.empty());
  EXPECT_FALSE(spec::RandomizationOptions().enabled());
}

TEST(RandomizationTest, FactorsFillTheirRangeAndReachTheModel) {
  Env env(Randomized({.mass = 0.3, .gear = 0.1}), 1);
  double low = 10, high = 0, sum = 0;
  for (int k = 0; k < kEpisodes; ++k) {
    env.ResetToEpisode(k);
    const double factor = Drawn(env, "mass");
    low = std::min(low, factor);
    high = std::max(high, factor);
    sum += factor;
    EXPECT_DOUBLE_EQ(env.simulation().model()->body_mass[1], factor);
    EXPECT_DOUBLE_EQ(env.simulation().model()->actuator_gear[0], 5 * Drawn(env, "gear"));
    EXPECT_EQ(Drawn(env, "friction"), 1);
  }
  EXPECT_GE(low, 0.7);
  EXPECT_LT(low, 0.71);
  EXPECT_LE(high, 1.3);
  EXPECT_GT(high, 1.29);
  // 3.5 standard errors of a uniform factor: 0.3 / sqrt(3) / sqrt(400)
  EXPECT_NEAR(sum / kEpisodes, 1, 0.03);
}

TEST(RandomizationTest, MassAndGearChangeTheMotionAsNewtonSays) {
  Env env(Randomized({.mass = 0.5, .gear = 0.5}), 2);
  env.ResetToState(std::vector<double>{0.0}, std::vector<double>{0.0});
  const float full = 1;
  env.Step(std::span(&full, 1));
  // v = 5 h F / m after five steps of h = 0.01 s with F = 5 N
  EXPECT_NEAR(env.observation()[1], 0.05 * 5 * Drawn(env, "gear") / Drawn(env, "mass"), 1e-12);
  EXPECT_NEAR(env.torque()[0], 5 * Drawn(env, "gear"), 1e-12);
}

TEST(RandomizationTest, StartStatesAreThoseWithoutIt) {
  Env plain(std::make_shared<PointMass>(), 3), random(Randomized({.mass = 0.5, .delay = 4}), 3);
  for (int k = 0; k < 5; ++k) {
    plain.ResetToEpisode(k);
    random.ResetToEpisode(k);
    EXPECT_EQ(plain.simulation().qpos()[0], random.simulation().qpos()[0]);
  }
}

TEST(RandomizationTest, AnActionArrivesLateByTheDrawnDelay) {
  Env env(Randomized({.delay = 3}), 4);
  std::map<int, int> seen;
  for (int k = 0; k < 40; ++k) {
    env.ResetToEpisode(k);
    const int delay = static_cast<int>(Drawn(env, "delay"));
    ++seen[delay];
    for (int step = 0; step < 6; ++step) {
      const float action = 0.1f * static_cast<float>(step + 1);
      env.Step(std::span(&action, 1));
      const double expected = step < delay ? 0 : 0.1 * (step + 1 - delay);
      EXPECT_NEAR(env.simulation().data()->ctrl[0], expected, 1e-6);
    }
  }
  EXPECT_EQ(seen.size(), 4u) << "0 to 3 steps";
}

TEST(RandomizationTest, NoiseHasTheStatedSize) {
  Env env(Randomized({.observation_noise = 0.2, .action_noise = 0.1}), 5);
  double observed = 0, acted = 0;
  int64_t count = 0;
  for (int k = 0; k < kEpisodes; ++k) {
    env.ResetToEpisode(k);
    for (int step = 0; step < 10; ++step, ++count) {
      const float action = 0.1f;
      env.Step(std::span(&action, 1));
      observed += std::pow(env.observation()[0] - env.simulation().qpos()[0], 2);
      acted += std::pow(env.simulation().data()->ctrl[0] - 0.1, 2);
    }
  }
  // the standard deviation of 4000 draws is known to 1.1 %
  EXPECT_NEAR(std::sqrt(observed / static_cast<double>(count)), 0.2, 0.01);
  EXPECT_NEAR(std::sqrt(acted / static_cast<double>(count)), 0.1, 0.005);
}

TEST(RandomizationTest, PushesComeAsOftenAsStatedAndLastAsLong) {
  Env env(Randomized({.push_force = 3, .push_every = 0.5, .push_duration = 0.1}), 6);
  int pushed = 0, begun = 0, steps = 0;
  for (int k = 0; k < kEpisodes; ++k) {
    env.ResetToEpisode(k);
    bool before = false;
    for (int step = 0; step < 20; ++step, ++steps) {
      const float action = 0;
      env.Step(std::span(&action, 1));
      const double* force = env.simulation().data()->xfrc_applied + 6;
      const double size = std::hypot(force[0], force[1], force[2]);
      if (size > 0) {
        EXPECT_NEAR(size, 3, 1e-9);
      }
      pushed += size > 0;
      begun += size > 0 && !before;
      before = size > 0;
    }
  }
  // a push lasts 2 control steps and the next begins with a chance of 0.1 a step: 2 of 11.0 steps
  EXPECT_NEAR(static_cast<double>(pushed) / steps, 2 / 11.0, 0.02);
  EXPECT_GT(begun, 0);
}

TEST(RandomizationTest, AnEpisodeRepeatsExactly) {
  Env env(Randomized(kEverything), 7), other(Randomized(kEverything), 7);
  env.ResetToEpisode(3);
  const auto drawn = env.SaveState().randomization.drawn;
  const auto first = Trace(&env, 20);
  other.ResetToEpisode(9);
  Trace(&other, 7);
  other.ResetToEpisode(3);
  EXPECT_EQ(other.SaveState().randomization.drawn, drawn);
  EXPECT_EQ(Trace(&other, 20), first);
  env.ResetToEpisode(4);
  EXPECT_NE(env.SaveState().randomization.drawn, drawn);
}

TEST(RandomizationTest, ASavedStateGoesOnBitByBitInAnyEnv) {
  Env env(Randomized(kEverything), 8), other(Randomized(kEverything), 99);
  for (int k = 0; k < 10; ++k) {
    env.ResetToEpisode(k);
    Trace(&env, 5);
    const EnvState state = env.SaveState();
    const auto expected = Trace(&env, 15);
    env.RestoreState(state);
    EXPECT_EQ(Trace(&env, 15), expected);
    other.RestoreState(state);
    EXPECT_EQ(Trace(&other, 15), expected) << "with the physics of the saved episode";
  }
}

TEST(RandomizationTest, StatesOfOtherTasksAreRefused) {
  Env env(Randomized(kEverything), 1), plain(std::make_shared<PointMass>(), 1);
  EXPECT_THROW(env.RestoreState(plain.SaveState()), Error);
}

TEST(RandomizationTest, ThreadsDoNotMatter) {
  const auto run = [](int threads) {
    ThreadPool pool(threads);
    VecEnv envs(Randomized(kEverything), 4, 11, &pool);
    std::vector<float> trace;
    const std::vector<float> actions{0.1f, -0.4f, 0.9f, 0};
    for (int k = 0; k < 50; ++k) {
      envs.Step(actions);
      trace.insert(trace.end(), envs.observations().begin(), envs.observations().end());
    }
    return trace;
  };
  EXPECT_EQ(run(1), run(3));
}

TEST(RandomizationTest, OptionsHaveRanges) {
  spec::RandomizationOptions options;
  OptionTable table("randomize");
  options.Describe(table);
  EXPECT_THROW(table.Set("mass", "0.95"), UserError);
  EXPECT_THROW(table.Set("delay", "-1"), UserError);
  EXPECT_THROW(table.Set("mas", "0.1"), UserError);
  table.Set("mass", "0.2");
  EXPECT_TRUE(options.enabled());
}

}  // namespace
}  // namespace sinew::sim
