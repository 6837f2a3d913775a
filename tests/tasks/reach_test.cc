// The reaching tasks beside arm-reach: planar arms, a pose, a moving target.

#include <gtest/gtest.h>

#include <cmath>

#include "sim/env.h"
#include "tasks/parts/target_path.h"
#include "tasks/registry.h"

namespace sinew::tasks {
namespace {

std::shared_ptr<const sim::Task> MakeWith(const std::string& name, const std::string& key,
                                          const std::string& value) {
  const auto builder = MakeTaskBuilder(name);
  OptionTable table("task");
  builder->Describe(table);
  table.Set(key, value);
  return builder->Build();
}

TEST(PlanarReachTest, TheStretchedArmIsAsLongAsItsLinks) {
  sim::Env env(MakeTask("reach-double"), 1);
  env.ResetToState(std::vector<double>{0, 0}, std::vector<double>{0, 0});
  const int tip = env.simulation().Id(mjOBJ_SITE, "tip");
  EXPECT_NEAR(env.simulation().SitePosition(tip).x(), 0.55, 1e-12);
  // lifted by a quarter turn of the elbow
  env.ResetToState(std::vector<double>{0, std::acos(-1) / 2}, std::vector<double>{0, 0});
  EXPECT_NEAR(env.simulation().SitePosition(tip).x(), 0.3, 1e-12);
  EXPECT_NEAR(env.simulation().SitePosition(tip).z(), 0.75 + 0.25, 1e-12);
}

TEST(PlanarReachTest, GravityNeedsTheTorqueThatTheModelSays) {
  sim::Env env(MakeTask("reach-single"), 1);
  env.ResetToState(std::vector<double>{0}, std::vector<double>{0});
  // 1 kg at half of 0.35 m
  EXPECT_NEAR(env.simulation().data()->qfrc_bias[0], 9.81 * 0.175, 1e-9);
  EXPECT_GT(env.spec().action[0].torque_high, 2 * 9.81 * 0.175);
}

TEST(PlanarReachTest, RandomTargetsCanBeReachedAndAreObserved) {
  for (const char* name : {"reach-single", "reach-double"}) {
    const auto task = MakeWith(name, "random_target", "true");
    EXPECT_EQ(task->spec().obs_dim(), MakeTask(name)->spec().obs_dim() + 2);
    sim::Env env(task, 1);
    const double reach = std::string(name) == "reach-single" ? 0.35 : 0.55;
    double last = 0;
    for (int k = 0; k < 50; ++k) {
      env.ResetToEpisode(k);
      const auto observation = env.observation();
      const double x = observation[task->spec().obs_dim() - 2],
                   z = observation[task->spec().obs_dim() - 1];
      EXPECT_LE(std::hypot(x, z), reach + 1e-9);
      EXPECT_NE(x, last);
      last = x;
    }
  }
}

TEST(ArmReachPoseTest, TheTargetsOwnPoseIsNoErrorAtAll) {
  sim::Env env(MakeWith("arm-reach-pose", "random_target", "false"), 1);
  const std::vector<double> pose{0.5, -0.3, 0.2, -1.8, 0.2, 1.4, 0.5};
  env.ResetToState(pose, std::vector<double>(7, 0.0));
  EXPECT_LT(env.goal_distance(), 1e-9);
}

TEST(ArmReachPoseTest, ATurnOfTheToolCountsByItsLever) {
  sim::Env env(MakeWith("arm-reach-pose", "random_target", "false"), 1);
  std::vector<double> pose{0.5, -0.3, 0.2, -1.8, 0.2, 1.4, 0.5};
  pose[6] += 0.2;
  env.ResetToState(pose, std::vector<double>(7, 0.0));
  // the last joint turns about the tool's axis: points 15 cm beside it move along a chord
  EXPECT_NEAR(env.goal_distance(), 2 * 0.15 * std::sin(0.1), 1e-9);
}

TEST(ArmTrackTest, TheTargetKeepsToItsPathAndItsVelocityIsItsSlope) {
  sim::Env env(MakeTask("arm-track"), 2);
  const auto path = TargetPath::Load(env.simulation(), 0);
  const std::vector<float> zero(7, 0.0f);
  for (int k = 0; k < 100; ++k) {
    env.Step(zero);
    const double time = env.simulation().data()->time;
    const Eigen::Map<const Eigen::Vector3d> target(env.simulation().data()->mocap_pos);
    ASSERT_LT((target - path.Position(time)).norm(), 1e-12);
    ASSERT_LT(
        ((path.Position(time + 1e-5) - path.Position(time - 1e-5)) / 2e-5 - path.Velocity(time))
            .norm(),
        1e-6);
    // positions of bodies are those of the present time, not of the last substep
    const int body = env.simulation().Id(mjOBJ_BODY, "target");
    ASSERT_LT((env.simulation().BodyPosition(body) - target).norm(), 1e-12);
  }
}

TEST(ArmTrackTest, SpeedZeroHoldsTheTarget) {
  sim::Env env(MakeWith("arm-track", "speed", "0"), 2);
  const Eigen::Vector3d start(env.simulation().data()->mocap_pos);
  const std::vector<float> zero(7, 0.0f);
  for (int k = 0; k < 20; ++k) env.Step(zero);
  EXPECT_TRUE(Eigen::Vector3d(env.simulation().data()->mocap_pos) == start);
}

}  // namespace
}  // namespace sinew::tasks
