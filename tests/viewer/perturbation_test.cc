#include "viewer/session/perturbation.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/viewer/test_task.h"

namespace sinew::viewer {
namespace {

class PerturbationTest : public ::testing::Test {
 protected:
  PerturbationTest() : simulation_(SwingTask().MakeSimulation()) {
    mjv_defaultScene(&scene_);
    mjv_makeScene(simulation_.model(), &scene_, 200);
    mjvCamera camera;
    mjv_defaultFreeCamera(simulation_.model(), &camera);
    camera.azimuth = 90;  // looks along +y, so that the mouse's right is +x
    camera.elevation = 0;
    mjvOption options;
    mjv_defaultOption(&options);
    mjv_updateScene(simulation_.model(), simulation_.data(), &options, nullptr, &camera, mjCAT_ALL,
                    &scene_);
  }
  ~PerturbationTest() override { mjv_freeScene(&scene_); }

  void SelectLower() {
    const Eigen::Vector3d centre(simulation_.data()->xipos + 3 * SwingTask::kLowerBody);
    perturbation_.Select(simulation_.data(), SwingTask::kLowerBody, centre);
  }
  void Begin(Perturbation::Kind kind) {
    perturbation_.Begin(simulation_.model(), simulation_.data(), scene_, kind);
  }
  Wrench DragRight(double dx, mjtMouse action = mjMOUSE_MOVE_V) {
    perturbation_.Drag(simulation_.model(), simulation_.data(), action, dx, 0, scene_);
    return perturbation_.Compute(simulation_.model(), simulation_.data());
  }

  sim::Simulation simulation_;
  mjvScene scene_;
  Perturbation perturbation_;
};

TEST_F(PerturbationTest, NothingSelectedGivesNothing) {
  Begin(Perturbation::Kind::kForce);
  EXPECT_FALSE(perturbation_.active());
  EXPECT_FALSE(DragRight(0.1));
}

TEST_F(PerturbationTest, ForceFollowsTheMouseInProportion) {
  SelectLower();
  Begin(Perturbation::Kind::kForce);
  const Wrench at_rest = DragRight(0);
  EXPECT_NEAR(at_rest.force.norm(), 0, 1e-9);
  const Wrench once = DragRight(0.1), twice = DragRight(0.1);
  EXPECT_GT(once.force.x(), 0);
  EXPECT_NEAR(once.force.y(), 0, 1e-6);
  EXPECT_NEAR(once.force.z(), 0, 1e-6);
  EXPECT_NEAR(twice.force.x(), 2 * once.force.x(), 1e-6 * once.force.x());
  EXPECT_NEAR(once.torque.norm(), 0, 1e-6);
  EXPECT_EQ(once.body, SwingTask::kLowerBody);
}

TEST_F(PerturbationTest, TorqueKindTwistsWithoutPulling) {
  SelectLower();
  Begin(Perturbation::Kind::kTorque);
  const Wrench wrench = DragRight(0.1, mjMOUSE_ROTATE_V);
  EXPECT_NEAR(wrench.force.norm(), 0, 1e-9);
  EXPECT_GT(wrench.torque.norm(), 1e-3);
}

TEST_F(PerturbationTest, ComputeLeavesAppliedForcesAlone) {
  mjData* data = simulation_.data();
  std::vector<mjtNum> before(6 * simulation_.model()->nbody);
  for (size_t i = 0; i < before.size(); ++i)
    data->xfrc_applied[i] = before[i] = 0.5 * static_cast<double>(i);
  SelectLower();
  Begin(Perturbation::Kind::kForce);
  EXPECT_TRUE(DragRight(0.2));
  EXPECT_TRUE(std::equal(before.begin(), before.end(), data->xfrc_applied));
}

TEST_F(PerturbationTest, ReleaseEndsThePushAndKeepsTheSelection) {
  SelectLower();
  Begin(Perturbation::Kind::kForce);
  ASSERT_TRUE(DragRight(0.1));
  perturbation_.Release();
  EXPECT_FALSE(perturbation_.Compute(simulation_.model(), simulation_.data()));
  EXPECT_EQ(perturbation_.selected(), SwingTask::kLowerBody);
}

TEST_F(PerturbationTest, TheWorldCannotBeSelected) {
  perturbation_.Select(simulation_.data(), 0, Eigen::Vector3d::Zero());
  EXPECT_LE(perturbation_.selected(), 0);
}

TEST(ScopedWrenches, AddUpAndPutBack) {
  sim::Simulation simulation = SwingTask().MakeSimulation();
  mjtNum* row = simulation.data()->xfrc_applied + 6;
  row[0] = 3;
  simulation.data()->qfrc_applied[0] = 4;
  {
    const std::vector<Wrench> wrenches{{1, {1, 2, 0}, {0, 0, 5}}, {}, {1, {10, 0, 0}, {0, 0, 0}}};
    const ScopedWrenches scoped(simulation.data(), wrenches);
    EXPECT_EQ(row[0], 14);
    EXPECT_EQ(row[1], 2);
    EXPECT_EQ(row[5], 5);
    EXPECT_EQ(simulation.data()->qfrc_applied[0], 4);
  }
  EXPECT_EQ(row[0], 3);
  EXPECT_EQ(row[5], 0);
}

TEST(DescribeWrench, NamesWhatIsThere) {
  EXPECT_EQ(DescribeWrench({1, {3, 4, 0}, {0, 0, 0}}), "5.0 N");
  EXPECT_EQ(DescribeWrench({1, {0, 0, 0}, {0, 0.25, 0}}), "0.25 N·m");
  EXPECT_EQ(DescribeWrench({1, {3, 4, 0}, {0, 0.25, 0}}), "5.0 N, 0.25 N·m");
  EXPECT_EQ(DescribeWrench({1, {3, 4, 0}, {0, 0, 0}}, {1, {0.5, 0, 0}, {0, 0, 0}}),
            "5.0 N, 0.50 N·s");
  EXPECT_EQ(DescribeWrench({1, {0, 0, 0}, {0, 0.25, 0}}, {1, {0, 0, 0}, {0, 0.1, 0}}),
            "0.25 N·m, 0.10 N·m·s");
  EXPECT_EQ(DescribeImpulse({1, {0, 0, 2}, {0, 0, 0}}), "2.00 N·s");
  EXPECT_EQ(DescribeImpulse({}), "");
}

}  // namespace
}  // namespace sinew::viewer
