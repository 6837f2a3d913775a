#include "tasks/classic/pendulum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "sim/env.h"
#include "tasks/registry.h"

namespace sinew::tasks {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

// the constants of Gymnasium's Pendulum-v1
constexpr double kGravity = 10, kMass = 1, kLength = 1, kTorque = 2;
constexpr double kInertia = kMass * kLength * kLength / 3;

double Energy(const sim::Env& env) {
  const double v = env.simulation().qvel()[0];
  return 0.5 * kInertia * v * v +
         kMass * kGravity * kLength / 2 * std::cos(env.simulation().qpos()[0]);
}

TEST(PendulumTest, AcceleratesAsTheEquationSays) {
  sim::Env env(MakeTask("pendulum"), 1);
  sim::Simulation& simulation = env.simulation();
  Random random(1);
  for (int k = 0; k < 100; ++k) {
    const double angle = random.Uniform(-8, 8), torque = random.Uniform(-kTorque, kTorque);
    simulation.qpos()[0] = angle;
    simulation.qvel()[0] = random.Uniform(-8, 8);
    simulation.data()->ctrl[0] = torque;
    simulation.Forward();
    EXPECT_NEAR(simulation.data()->qacc[0],
                3 * kGravity / (2 * kLength) * std::sin(angle) + torque / kInertia, 1e-10);
  }
}

TEST(PendulumTest, KeepsItsEnergyWithoutTorque) {
  sim::Env env(MakeTask("pendulum"), 2);
  for (int k = 0; k < 5; ++k, env.Reset()) {
    const double start = Energy(env);
    while (!env.Step(std::array{0.0f}).done()) {
    }
    EXPECT_NEAR(Energy(env), start, 1e-4 * kMass * kGravity * kLength);
  }
}

TEST(PendulumTest, RewardIsThatOfTheStateBeforeTheStep) {
  sim::Env env(MakeTask("pendulum"), 3);
  for (const double angle : {0.0, 0.5, 3.0, 3.5, -4.0, 7.0, 20.0}) {
    for (const float action : {-1.0f, 0.25f}) {
      const double velocity = 1.5;
      env.ResetToState(std::array{angle}, std::array{velocity});
      EXPECT_THAT(env.observation(), ElementsAre(std::cos(angle), std::sin(angle), velocity));
      // Gymnasium: ((x + pi) % (2 pi)) - pi with the result of % in [0, 2 pi)
      const double two_pi = 2 * std::numbers::pi;
      const double shifted = angle + std::numbers::pi;
      const double wrapped = shifted - two_pi * std::floor(shifted / two_pi) - std::numbers::pi;
      const double torque = kTorque * action;
      const double reward = env.Step(std::array{action}).reward;
      EXPECT_NEAR(reward,
                  -(wrapped * wrapped + 0.1 * velocity * velocity + 0.001 * torque * torque), 1e-9);
      EXPECT_THAT(env.reward_terms(), ElementsAre(DoubleNear(-wrapped * wrapped, 1e-9),
                                                  DoubleNear(-0.1 * velocity * velocity, 1e-9),
                                                  DoubleNear(-0.001 * torque * torque, 1e-9)));
    }
  }
}

TEST(PendulumTest, HasGymnasiumsTimingTorqueAndStarts) {
  sim::Env env(MakeTask("pendulum"), 4);
  EXPECT_EQ(env.spec().time_limit, 200);
  EXPECT_DOUBLE_EQ(env.spec().control_dt, 0.05);
  EXPECT_EQ(env.spec().action[0].torque_high, kTorque);
  EXPECT_EQ(env.spec().action[0].torque_low, -kTorque);
  constexpr int kEpisodes = 2000;
  double angle_square = 0, velocity_square = 0;
  for (int k = 0; k < kEpisodes; ++k, env.Reset()) {
    const double angle = env.simulation().qpos()[0], velocity = env.simulation().qvel()[0];
    ASSERT_LE(std::abs(angle), std::numbers::pi);
    ASSERT_LE(std::abs(velocity), 1);
    angle_square += angle * angle / kEpisodes;
    velocity_square += velocity * velocity / kEpisodes;
  }
  // uniform in +-a: a^2 / 3, with a standard deviation of a^2 sqrt(4 / 45)
  const double errors = 5 * std::sqrt(4.0 / 45 / kEpisodes);
  EXPECT_NEAR(angle_square, std::pow(std::numbers::pi, 2) / 3,
              errors * std::pow(std::numbers::pi, 2));
  EXPECT_NEAR(velocity_square, 1.0 / 3, errors);
}

TEST(PendulumTest, MotorAloneCannotLiftTheRod) {
  sim::Env env(MakeTask("pendulum"), 5);
  env.ResetToState(std::array{std::numbers::pi}, std::array{0.0});
  double highest = -1;
  while (!env.Step(std::array{1.0f}).done()) highest = std::max(highest, env.observation()[0]);
  // a constant 2 N m against 5 N m of gravity swings the rod from hanging to well below upright
  EXPECT_LT(highest, 0);
}

}  // namespace
}  // namespace sinew::tasks
