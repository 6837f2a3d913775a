#include "tasks/planar/reacher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "sim/env.h"
#include "tasks/registry.h"

namespace sinew::tasks {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

/// Gymnasium's reacher_v4.py and mujoco_env.py on the bare MuJoCo interface: set_state is followed
/// by mj_forward, the reward reads positions before the frames are stepped, and the observation
/// those that mj_step leaves.
class Gymnasium {
 public:
  explicit Gymnasium(const sim::Env& env) : simulation_(env.task().MakeSimulation()) {
    mjData* d = simulation_.data();
    std::copy_n(env.simulation().data()->qpos, 4, d->qpos);
    std::copy_n(env.simulation().data()->qvel, 4, d->qvel);
    mj_forward(simulation_.model(), d);
  }

  std::vector<double> Observation() const {
    const double *q = simulation_.data()->qpos, *v = simulation_.data()->qvel;
    const auto error = Error();
    return {std::cos(q[0]), std::cos(q[1]), std::sin(q[0]), std::sin(q[1]), q[2],    q[3],
            v[0],           v[1],           error[0],       error[1],       error[2]};
  }

  double Step(std::span<const float> action) {
    const auto e = Error();
    const double distance = std::sqrt(e[0] * e[0] + e[1] * e[1] + e[2] * e[2]);
    const double effort = double(action[0]) * action[0] + double(action[1]) * action[1];
    for (int i = 0; i < 2; ++i) simulation_.data()->ctrl[i] = action[i];
    for (int i = 0; i < 2; ++i) mj_step(simulation_.model(), simulation_.data());
    return -distance - effort;
  }

 private:
  std::array<double, 3> Error() const {
    const double* tip = simulation_.data()->xpos + 3 * simulation_.Id(mjOBJ_BODY, "fingertip");
    const double* target = simulation_.data()->xpos + 3 * simulation_.Id(mjOBJ_BODY, "target");
    return {tip[0] - target[0], tip[1] - target[1], tip[2] - target[2]};
  }
  sim::Simulation simulation_;
};

TEST(ReacherTest, IsGymnasiumsReacher) {
  sim::Env env(MakeTask("reacher"), 1);
  Random random(2);
  for (int episode = 0; episode < 5; ++episode, env.Reset()) {
    Gymnasium oracle(env);
    for (int step = 0; step < 50; ++step) {
      ASSERT_THAT(env.observation(), ElementsAreArray(oracle.Observation()));
      const std::array action{static_cast<float>(random.Uniform(-1, 1)),
                              static_cast<float>(random.Uniform(-1, 1))};
      const spec::StepResult result = env.Step(action);
      ASSERT_NEAR(result.reward, oracle.Step(action), 1e-14) << "step " << step;
      EXPECT_EQ(result.truncated, step == 49);
      EXPECT_FALSE(result.terminated);
    }
  }
}

TEST(ReacherTest, HasGymnasiumsTimingAndMotors) {
  const auto task = MakeTask("reacher");
  const spec::TaskSpec& spec = task->spec();
  const sim::Simulation simulation = task->MakeSimulation();
  EXPECT_DOUBLE_EQ(spec.control_dt, 0.02);
  EXPECT_EQ(spec.time_limit, 50);
  EXPECT_EQ(simulation.model()->opt.integrator, mjINT_RK4);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(spec.action[i].ctrl_high, 1);
    EXPECT_EQ(spec.action[i].torque_high, 200);
    EXPECT_EQ(simulation.model()->dof_armature[i], 1);
    EXPECT_EQ(simulation.model()->dof_damping[i], 1);
  }
  // capsules of 0.1 m and 1 cm radius at 1000 kg / m^3: pi r^2 l + 4/3 pi r^3
  const double capsule = 1000 * (M_PI * 1e-4 * 0.1 + 4.0 / 3 * M_PI * 1e-6);
  EXPECT_NEAR(simulation.model()->body_mass[simulation.Id(mjOBJ_BODY, "body0")], capsule, 1e-9);
  EXPECT_NEAR(simulation.model()->body_mass[simulation.Id(mjOBJ_BODY, "body1")], capsule, 1e-9);
}

// the links are 0.1 and 0.11 m long
TEST(ReacherTest, FingertipFollowsTheAngles) {
  sim::Env env(MakeTask("reacher"), 1);
  const std::array q{0.7, -1.9, 0.05, -0.12};
  env.ResetToState(q, {});
  const double x = 0.1 * std::cos(q[0]) + 0.11 * std::cos(q[0] + q[1]);
  const double y = 0.1 * std::sin(q[0]) + 0.11 * std::sin(q[0] + q[1]);
  EXPECT_NEAR(env.observation()[8], x - q[2], 1e-12);
  EXPECT_NEAR(env.observation()[9], y - q[3], 1e-12);
  EXPECT_NEAR(env.goal_distance(), std::hypot(x - q[2], y - q[3]), 1e-12);
}

TEST(ReacherTest, StartsAreUniform) {
  sim::Env env(MakeTask("reacher"), 3);
  constexpr int kEpisodes = 4000;
  double joint_square = 0, radius_square = 0, target_x = 0, target_y = 0;
  for (int k = 0; k < kEpisodes; ++k, env.Reset()) {
    const auto q = env.simulation().qpos();
    const auto v = env.simulation().qvel();
    for (int i = 0; i < 2; ++i) {
      ASSERT_LE(std::abs(q[i]), 0.1);
      ASSERT_LE(std::abs(v[i]), 0.005);
      ASSERT_EQ(v[2 + i], 0);
    }
    ASSERT_LT(std::hypot(q[2], q[3]), 0.2);
    joint_square += q[0] * q[0] / kEpisodes;
    radius_square += (q[2] * q[2] + q[3] * q[3]) / kEpisodes;
    target_x += q[2] / kEpisodes;
    target_y += q[3] / kEpisodes;
  }
  // uniform in +-a: a^2 / 3; uniform in a disc: R^2 / 2; five standard errors each
  EXPECT_NEAR(joint_square, 0.01 / 3, 5 * 0.003 / std::sqrt(kEpisodes));
  EXPECT_NEAR(radius_square, 0.02, 5 * 0.0116 / std::sqrt(kEpisodes));
  EXPECT_NEAR(target_x, 0, 5 * 0.1 / std::sqrt(kEpisodes));
  EXPECT_NEAR(target_y, 0, 5 * 0.1 / std::sqrt(kEpisodes));
}

// The arm lies still at (0.21, 0) but for +-0.1 rad, and the mean distance of a point 0.21 m off
// the centre of a disc of 0.2 m to the points of that disc is 0.236 m, found by summing over a
// grid.
TEST(ReacherTest, DoingNothingEarnsMinusTwelve) {
  double distance = 0;
  int points = 0;
  for (double x = -0.2; x <= 0.2; x += 0.002) {
    for (double y = -0.2; y <= 0.2; y += 0.002) {
      if (std::hypot(x, y) >= 0.2) continue;
      distance += std::hypot(0.21 - x, y);
      ++points;
    }
  }
  distance /= points;
  sim::Env env(MakeTask("reacher"), 4);
  constexpr int kEpisodes = 1000;
  double total = 0;
  for (int k = 0; k < kEpisodes; ++k, env.Reset()) {
    while (!env.Step(std::array{0.0f, 0.0f}).done()) {
    }
    total += env.episode_return() / kEpisodes;
  }
  EXPECT_NEAR(total, -50 * distance, 0.5);
  EXPECT_NEAR(total, -11.8, 0.5);
}

}  // namespace
}  // namespace sinew::tasks
