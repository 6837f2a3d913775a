#include "tasks/arm/arm_insert.h"

#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "sim/env.h"
#include "tasks/registry.h"

namespace sinew::tasks {
namespace {

constexpr double kDepth = 0.05, kHalfHole = 0.011, kPegRadius = 0.01;

std::shared_ptr<const sim::Task> Build(double inside, double above) {
  const auto builder = MakeArmInsert();
  OptionTable table("task");
  builder->Describe(table);
  table.Set("start_inside", std::to_string(inside));
  table.Set("start_above", std::to_string(above));
  return builder->Build();
}

Eigen::Vector3d End(const sim::Env& env) {
  return env.simulation().SitePosition(env.simulation().Id(mjOBJ_SITE, "tip"));
}
Eigen::Vector3d Hole(const sim::Env& env) {
  return Eigen::Map<const Eigen::Vector3d>(env.simulation().data()->mocap_pos);
}

double DeepestContact(const sim::Env& env) {
  const mjData* data = env.simulation().data();
  double depth = 0;
  for (int i = 0; i < data->ncon; ++i) depth = std::max(depth, -data->contact[i].dist);
  return depth;
}

TEST(ArmInsertTest, EvaluationStartsWellAboveTheOpening) {
  sim::Env env(Build(1, 0), 1);
  for (int k = 0; k < 100; ++k, env.Reset()) {
    EXPECT_GT(End(env).z(), Hole(env).z() + kDepth + 0.045);
    EXPECT_EQ(env.simulation().data()->ncon, 0);
  }
}

TEST(ArmInsertTest, CurriculumStartsInTheHoleOrRightAboveIt) {
  for (const bool inside : {true, false}) {
    const auto task = Build(inside ? 1 : 0, inside ? 0 : 1);
    sim::Simulation simulation = task->MakeSimulation();
    const int tip = simulation.Id(mjOBJ_SITE, "tip");
    Random random(2);
    for (int k = 0; k < 100; ++k) {
      simulation.Reset();
      task->ResetForTraining(simulation, random);
      simulation.Forward();
      const Eigen::Vector3d up =
          simulation.SitePosition(tip) - Eigen::Map<Eigen::Vector3d>(simulation.data()->mocap_pos);
      if (inside) {
        // inverse kinematics is good to 1 mm
        EXPECT_LT(up.z(), kDepth + 1e-3);
        EXPECT_GT(up.z(), -1e-3);
        EXPECT_LT(up.head<2>().cwiseAbs().maxCoeff(), kHalfHole - kPegRadius + 1e-3);
      } else {
        EXPECT_GT(up.z(), kDepth);
        EXPECT_LT(up.z(), kDepth + 0.035);
      }
    }
  }
}

TEST(ArmInsertTest, RewardTermsFollowTheirFormulas) {
  sim::Env env(MakeTask("arm-insert"), 3);
  for (int t = 0; t < 20; ++t) env.StepControl(std::vector<double>(7, 0.3));
  const Eigen::Vector3d error = Hole(env) - End(env);
  const auto terms = env.reward_terms();
  EXPECT_NEAR(terms[0], -error.norm(), 1e-12);
  EXPECT_NEAR(terms[1], -2 * std::hypot(error.x(), error.y()), 1e-12);
  EXPECT_NEAR(terms[2], std::exp(-error.squaredNorm() / (0.02 * 0.02)), 1e-12);
  EXPECT_NEAR(env.goal_distance(), error.norm(), 1e-12);
  double effort = 0;
  for (const auto& element : env.spec().action) effort += std::pow(0.3 / element.ctrl_high, 2);
  EXPECT_NEAR(terms[4], -0.02 * effort / 7, 1e-12);
}

// A hand of our own: stiff towards the hole's axis, and down once it is above it.
TEST(ArmInsertTest, ThePegGoesIn) {
  sim::Env env(MakeTask("arm-insert"), 4);
  const mjModel* model = env.simulation().model();
  int inserted = 0;
  for (int episode = 0; episode < 10; ++episode, env.Reset()) {
    double deepest = 0;
    for (int t = 0; t < env.spec().time_limit; ++t) {
      const Eigen::Vector3d error = Hole(env) - End(env);
      const int tip = env.simulation().Id(mjOBJ_SITE, "tip");
      Eigen::Matrix<double, 6, Eigen::Dynamic, Eigen::RowMajor> jacobian(6, model->nv);
      mj_jacSite(model, env.simulation().data(), jacobian.data(), jacobian.data() + 3 * model->nv,
                 tip);
      Eigen::Vector3d wanted = error;
      if (error.head<2>().norm() > 0.002) wanted.z() += kDepth + 0.02;
      const Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>> axes(
          env.simulation().data()->site_xmat + 9 * tip);
      const Eigen::Vector3d tilt = axes.col(2).cross(Eigen::Vector3d::UnitZ());
      const auto qvel = env.simulation().qvel();
      Eigen::VectorXd torque =
          jacobian.topRows<3>().transpose() *
              (600 * wanted.cwiseMax(-0.1).cwiseMin(0.1) - 60 * jacobian.topRows<3>() * qvel) +
          jacobian.bottomRows<3>().transpose() *
              (20 * tilt - 1.5 * jacobian.bottomRows<3>() * qvel);
      env.StepControl({torque.data(), 7});
      deepest = std::max(deepest, DeepestContact(env));
    }
    if (env.goal_distance() < 0.005) ++inserted;
    EXPECT_LT(deepest, 0.002) << episode;
  }
  EXPECT_GE(inserted, 9);
}

}  // namespace
}  // namespace sinew::tasks
