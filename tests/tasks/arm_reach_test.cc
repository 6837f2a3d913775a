#include "tasks/arm/arm_reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <array>
#include <cmath>
#include <numbers>

#include "sim/env.h"
#include "tasks/registry.h"

namespace sinew::tasks {
namespace {

constexpr int kJoints = 7;
const std::vector<float> kRest(kJoints, 0.0f);

std::shared_ptr<const sim::Task> Build(
    const std::vector<std::pair<std::string, std::string>>& options,
    const std::string& name = "arm-reach") {
  const auto builder = MakeTaskBuilder(name);
  OptionTable table("task");
  builder->Describe(table);
  for (const auto& [key, value] : options) table.Set(key, value);
  return builder->Build();
}

Eigen::Map<Eigen::Vector3d> Target(sim::Env* env) {
  return Eigen::Map<Eigen::Vector3d>(env->simulation().data()->mocap_pos);
}

Eigen::Vector3d Tip(const sim::Env& env) {
  return env.simulation().SitePosition(env.simulation().Id(mjOBJ_SITE, "tip"));
}

TEST(ArmReachTest, StartsFreeOfCollisionsAndWithinLimits) {
  sim::Env env(MakeTask("arm-reach"), 1);
  const mjModel* model = env.simulation().model();
  for (int k = 0; k < 300; ++k, env.Reset()) {
    ASSERT_EQ(env.simulation().data()->ncon, 0) << "episode " << k;
    for (int j = 0; j < kJoints; ++j) {
      ASSERT_GE(env.simulation().qpos()[j], model->jnt_range[2 * j]);
      ASSERT_LE(env.simulation().qpos()[j], model->jnt_range[2 * j + 1]);
      ASSERT_EQ(env.simulation().qvel()[j], 0);
    }
  }
}

// around the shoulder at 0.333 m: 0.35 to 0.75 m away, azimuth +-150 degrees, 0.1 m above the floor
// and 0.25 m off the base's axis
TEST(ArmReachTest, TargetsLieAllAroundTheShoulder) {
  sim::Env env(MakeTask("arm-reach"), 2);
  int behind = 0, left = 0, high = 0;
  constexpr int kEpisodes = 600;
  for (int k = 0; k < kEpisodes; ++k, env.Reset()) {
    const Eigen::Vector3d p = Target(&env);
    const double radius = (p - Eigen::Vector3d(0, 0, 0.333)).norm();
    ASSERT_GE(radius, 0.35);
    ASSERT_LE(radius, 0.75);
    ASSERT_GE(p.z(), 0.1);
    ASSERT_GE(std::hypot(p.x(), p.y()), 0.25);
    ASSERT_LE(std::abs(std::atan2(p.y(), p.x())), 150 * std::numbers::pi / 180);
    behind += p.x() < 0;
    left += p.y() > 0;
    high += p.z() > 0.333;
  }
  // +-150 degrees leave (150 - 90) / 150 = 40 % of the azimuths behind the base
  EXPECT_NEAR(behind, 0.4 * kEpisodes, 5 * std::sqrt(0.24 * kEpisodes));
  EXPECT_NEAR(left, 0.5 * kEpisodes, 5 * std::sqrt(0.25 * kEpisodes));
  EXPECT_GT(high, kEpisodes / 2);
}

TEST(ArmReachTest, FixedTargetStaysWhereItIs) {
  sim::Env env(MakeTask("arm-reach-fixed"), 2);
  const Eigen::Vector3d first = Target(&env);
  for (int k = 0; k < 10; ++k, env.Reset()) EXPECT_EQ(Target(&env), first);
  const double radius = (first - Eigen::Vector3d(0, 0, 0.333)).norm();
  EXPECT_GT(radius, 0.35);
  EXPECT_LT(radius, 0.75);
}

// Steepest descent on the tip's distance, within the joint limits, from start poses of other
// episodes until one attempt ends within `tolerance` and free of collisions.
bool CanReach(sim::Env* env, const Eigen::Vector3d& target, double tolerance) {
  sim::Simulation& simulation = env->simulation();
  const mjModel* model = simulation.model();
  const int site = simulation.Id(mjOBJ_SITE, "tip");
  std::array<double, 3 * kJoints> jacobian;
  for (int attempt = 0; attempt < 30; ++attempt) {
    env->Reset();
    for (int iteration = 0; iteration < 300; ++iteration) {
      const Eigen::Vector3d error = target - simulation.SitePosition(site);
      if (error.norm() < tolerance) {
        simulation.Forward();
        if (simulation.data()->ncon == 0) return true;
        break;
      }
      mj_jacSite(model, simulation.data(), jacobian.data(), nullptr, site);
      std::array<double, kJoints> slope;                   // J' e
      Eigen::Vector3d response = Eigen::Vector3d::Zero();  // J J' e
      for (int j = 0; j < kJoints; ++j) {
        const Eigen::Vector3d column(jacobian[j], jacobian[kJoints + j], jacobian[2 * kJoints + j]);
        slope[j] = column.dot(error);
        response += slope[j] * column;
      }
      const double length = error.dot(response) / (response.squaredNorm() + 1e-6);
      for (int j = 0; j < kJoints; ++j) {
        double& q = simulation.data()->qpos[j];
        q = std::clamp(q + length * slope[j], model->jnt_range[2 * j], model->jnt_range[2 * j + 1]);
      }
      simulation.RefreshKinematics();
    }
  }
  return false;
}

TEST(ArmReachTest, EveryTargetCanBeReached) {
  sim::Env targets(MakeTask("arm-reach"), 3), arm(MakeTask("arm-reach"), 4);
  for (int k = 0; k < 100; ++k, targets.Reset()) {
    const Eigen::Vector3d target = Target(&targets);
    EXPECT_TRUE(CanReach(&arm, target, 0.005)) << target.transpose();
  }
  sim::Env fixed(MakeTask("arm-reach-fixed"), 3);
  EXPECT_TRUE(CanReach(&arm, Target(&fixed), 0.005));
}

TEST(ArmReachTest, ObservesInTheFrameThatTurnsWithTheFirstJoint) {
  sim::Env env(MakeTask("arm-reach"), 5);
  const std::vector<double> before(env.observation().begin(), env.observation().end());
  const auto q = env.simulation().qpos();
  for (int j = 0; j < kJoints; ++j) EXPECT_EQ(before[j], q[j]);
  EXPECT_NEAR(before[14], std::cos(q[0]) * Tip(env).x() + std::sin(q[0]) * Tip(env).y(), 1e-12);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(before[20 + i], before[17 + i] - before[14 + i], 1e-12);
  EXPECT_NEAR(Eigen::Map<const Eigen::Vector3d>(&before[20]).norm(), env.goal_distance(), 1e-12);

  // the arm and its target turned together about the base look the same
  const double turn = 0.9;
  std::vector<double> turned(q.begin(), q.end());
  turned[0] -= turn;
  const Eigen::Vector3d target =
      Eigen::AngleAxisd(-turn, Eigen::Vector3d::UnitZ()) * Eigen::Vector3d(Target(&env));
  env.ResetToState(turned, {});
  Target(&env) = target;
  env.simulation().Forward();
  std::vector<double> after(before.size());
  env.task().Observe(env.simulation(), after);
  for (size_t i = 14; i < before.size(); ++i) EXPECT_NEAR(after[i], before[i], 1e-12);
}

TEST(ArmReachTest, RewardTermsFollowTheirFormulas) {
  sim::Env env(
      Build({{"effort_weight", "0.5"}, {"precision_weight", "2"}, {"precision_width", "0.3"}}), 6);
  const std::vector<float> action{1.0f, -0.5f, 0.25f, 0.0f, -1.0f, 0.5f, 0.125f};
  double squares = 0;
  for (float a : action) squares += double(a) * a;
  env.Step(action);
  const double distance = (Target(&env) - Tip(env)).norm();
  EXPECT_NEAR(env.reward_terms()[0], -distance, 1e-12);
  EXPECT_NEAR(env.reward_terms()[1], 2 * std::exp(-distance * distance / 0.09), 1e-12);
  EXPECT_NEAR(env.reward_terms()[2], -0.5 * squares / 7, 1e-9);
}

TEST(ArmReachTest, SuccessNeedsTheTipThereInTheLastTenSteps) {
  sim::Env env(MakeTask("arm-reach"), 7);
  ASSERT_EQ(env.spec().success.size(), 2u);
  Target(&env) = Tip(env);
  // gravity is compensated, so the arm stays
  for (int step = 1; step <= 10; ++step) {
    EXPECT_FALSE(env.success()) << "after " << step - 1 << " steps";
    env.Step(kRest);
    EXPECT_LT(env.goal_distance(), 1e-6);
  }
  EXPECT_TRUE(env.success(0));
  EXPECT_TRUE(env.success(1));

  Target(&env) += Eigen::Vector3d(0, 0, 0.04);
  env.Step(kRest);
  EXPECT_TRUE(env.success(0)) << "4 cm off is within 5 cm";
  EXPECT_FALSE(env.success(1)) << "and not within 2 cm";
  Target(&env) += Eigen::Vector3d(0, 0, 0.02);
  env.Step(kRest);
  EXPECT_FALSE(env.success(0));
}

TEST(ArmReachTest, GravityCompensationIsASwitchThatTheSpecTells) {
  for (const bool on : {true, false}) {
    sim::Env env(Build({{"gravity_compensation", on ? "true" : "false"}}), 8);
    EXPECT_EQ(env.spec().gravity_compensation, on);
    const Eigen::Vector3d start = Tip(env);
    for (int i = 0; i < 25; ++i) env.Step(kRest);
    if (on) {
      EXPECT_LT((Tip(env) - start).norm(), 1e-6);
    } else {
      EXPECT_GT((Tip(env) - start).norm(), 0.05) << "half a second of falling";
    }
  }
}

TEST(ArmReachTest, TorqueScaleScalesTheLimits) {
  const auto full = Build({{"torque_scale", "1"}}), half = Build({{"torque_scale", "0.5"}});
  EXPECT_EQ(full->spec().action[0].torque_high, 87);
  EXPECT_EQ(full->spec().action[6].torque_low, -12);
  for (int j = 0; j < kJoints; ++j) {
    EXPECT_EQ(half->spec().action[j].torque_high, full->spec().action[j].torque_high / 2);
    EXPECT_EQ(half->spec().action[j].ctrl_low, full->spec().action[j].ctrl_low / 2);
  }
  sim::Env env(half, 9);
  env.Step(std::vector<float>(kJoints, 1.0f));
  EXPECT_EQ(env.torque()[0], 43.5);
  EXPECT_EQ(env.simulation().data()->actuator_force[6], 6);
}

}  // namespace
}  // namespace sinew::tasks
