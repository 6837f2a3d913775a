#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/random.h"
#include "sim/simulation.h"
#include "sim/task.h"

namespace sinew::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// A shoulder with a hinge and a slide on its upper arm, tilted axes, two forearms of which one is
// light; a crate beside it is no part of the arm.
constexpr const char* kArm = R"(
<mujoco>
  <option integrator="Euler"><flag contact="disable"/></option>
  <worldbody>
    <body name="shoulder" pos="0 0 1">
      <joint name="pan" axis="0.3 0 1"/>
      <geom type="capsule" fromto="0 0 0 0.1 0.2 0" size="0.05"/>
      <body name="upper" pos="0.1 0.2 0">
        <joint name="lift" axis="0 1 0.2" pos="0 0 0.03"/>
        <joint name="telescope" type="slide" axis="1 0 0.4"/>
        <geom type="capsule" fromto="0 0 0 0.4 0 0.1" size="0.04"/>
        <body name="left" pos="0.4 0 0.1">
          <joint name="left_elbow" axis="0 1 0"/>
          <geom type="capsule" fromto="0 0 0 0.3 0.1 0" size="0.03"/>
        </body>
        <body name="right" pos="0.4 0 0.1">
          <joint name="right_elbow" axis="1 1 0"/>
          <geom type="capsule" fromto="0 0 0 0.2 -0.2 0" size="0.02"/>
        </body>
      </body>
    </body>
    <body name="crate" pos="3 0 1">
      <joint name="crate_slide" type="slide" axis="0 0 1"/>
      <geom size="0.1"/>
    </body>
  </worldbody>
</mujoco>)";

int Dof(const Simulation& simulation, const char* joint) {
  return simulation.model()->jnt_dofadr[simulation.Id(mjOBJ_JOINT, joint)];
}

void DrawPose(Random* random, Simulation* simulation) {
  simulation->Reset();
  for (double& q : simulation->qpos()) q = random->Uniform(-2, 2);
}

TEST(GravityCompensationTest, HoldsHingesAndSlidesStill) {
  Simulation arm = Simulation::FromString(kArm);
  arm.EnableGravityCompensation(arm.Id(mjOBJ_BODY, "shoulder"));
  EXPECT_TRUE(arm.gravity_compensation());
  Random random(1);
  for (int pose = 0; pose < 20; ++pose) {
    DrawPose(&random, &arm);
    ASSERT_TRUE(arm.Substep());
    for (const char* joint : {"pan", "lift", "telescope", "left_elbow", "right_elbow"}) {
      EXPECT_NEAR(arm.data()->qacc[Dof(arm, joint)], 0, 1e-10) << joint;
    }
    // what is not below the root falls
    EXPECT_NEAR(arm.data()->qacc[Dof(arm, "crate_slide")], -9.81, 1e-9);
  }
}

TEST(GravityCompensationTest, HoldsThroughAWholeSecond) {
  Simulation arm = Simulation::FromString(kArm);
  arm.EnableGravityCompensation(arm.Id(mjOBJ_BODY, "shoulder"));
  Random random(2);
  DrawPose(&random, &arm);
  const Eigen::VectorXd start = arm.qpos();
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(arm.Substep());
  const int joints = 5;
  EXPECT_LT((arm.qpos().head(joints) - start.head(joints)).cwiseAbs().maxCoeff(), 1e-9);
}

TEST(GravityCompensationTest, WithoutItTheArmFalls) {
  Simulation arm = Simulation::FromString(kArm);
  ASSERT_TRUE(arm.Substep());
  EXPECT_GT(std::abs(arm.data()->qacc[Dof(arm, "lift")]), 1);
}

TEST(GravityCompensationTest, ReachesNoFurtherThanTheRootsOwnBranch) {
  Simulation arm = Simulation::FromString(kArm);
  arm.EnableGravityCompensation(arm.Id(mjOBJ_BODY, "left"));
  Random random(3);
  DrawPose(&random, &arm);
  ASSERT_TRUE(arm.Substep());
  for (const char* joint : {"pan", "lift", "telescope", "right_elbow", "crate_slide"}) {
    EXPECT_EQ(arm.data()->qfrc_applied[Dof(arm, joint)], 0) << joint;
  }
  EXPECT_NE(arm.data()->qfrc_applied[Dof(arm, "left_elbow")], 0);
}

// sum of the torques that the definition gives: -qfrc_bias at rest
TEST(GravityCompensationTest, EqualsTheBiasForceAtRestForTheSevenJointArm) {
  Simulation arm = Simulation::FromFile(AssetFolder() / "arm7/arm7.xml");
  arm.EnableGravityCompensation(1);
  Random random(4);
  for (int pose = 0; pose < 20; ++pose) {
    arm.Reset();
    for (int j = 0; j < 7; ++j) {
      const double* range = arm.model()->jnt_range + 2 * j;
      arm.qpos()[j] = random.Uniform(range[0], range[1]);
    }
    arm.Forward();
    const Eigen::VectorXd bias =
        Eigen::Map<Eigen::VectorXd>(arm.data()->qfrc_bias, arm.model()->nv);
    ASSERT_TRUE(arm.Substep());
    const Eigen::Map<Eigen::VectorXd> applied(arm.data()->qfrc_applied, arm.model()->nv);
    EXPECT_LT((applied - bias).cwiseAbs().maxCoeff(), 1e-11);
  }
}

TEST(GravityCompensationTest, IsRefusedWhereItCannotHold) {
  const auto enable = [](const char* from, const char* to) {
    return [from, to] {
      std::string text = kArm;
      text.replace(text.find(from), std::string(from).size(), to);
      Simulation simulation = Simulation::FromString(text);
      simulation.EnableGravityCompensation(simulation.Id(mjOBJ_BODY, "shoulder"));
    };
  };
  EXPECT_THAT(enable("Euler", "RK4"), ThrowsMessage<UserError>(HasSubstr("RK4")));
  EXPECT_THAT(enable(R"(<joint name="left_elbow" axis="0 1 0"/>)",
                     R"(<joint name="left_elbow" type="ball"/>)"),
              ThrowsMessage<UserError>(HasSubstr("left_elbow")));
}

}  // namespace
}  // namespace sinew::sim
