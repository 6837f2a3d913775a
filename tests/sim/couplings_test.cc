#include "sim/couplings.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"

namespace sinew::sim {
namespace {

// two cranks of 0.2 m with their axes 0.5 m apart, and a rod of 0.5 m between their ends
constexpr const char* kFourBar = R"(<mujoco>
  <compiler angle="radian"/>
  <option gravity="0 0 0"/>
  <worldbody>
    <body name="left">
      <joint name="left" axis="0 1 0"/>
      <geom type="capsule" fromto="0 0 0 0 0 0.2" size="0.01" contype="0" conaffinity="0"/>
      <body name="rod" pos="0 0 0.2">
        <joint name="rod" axis="0 1 0"/>
        <geom type="capsule" fromto="0 0 0 0.5 0 0" size="0.01" contype="0" conaffinity="0"/>
        <site name="end" pos="0.5 0 0"/>
      </body>
    </body>
    <body name="right" pos="0.5 0 0">
      <joint name="right" axis="0 1 0" limited="true" range="-0.6 0.6"/>
      <geom type="capsule" fromto="0 0 0 0 0 0.2" size="0.01" contype="0" conaffinity="0"/>
      <site name="pin" pos="0 0 0.2"/>
    </body>
  </worldbody>
  <equality><connect body1="rod" body2="right" anchor="0.5 0 0"/></equality>
</mujoco>)";

TEST(CouplingsTest, ALoopIsClosed) {
  auto simulation = Simulation::FromString(kFourBar);
  const int end = simulation.Id(mjOBJ_SITE, "end"), pin = simulation.Id(mjOBJ_SITE, "pin");
  Random random(1);
  for (int k = 0; k < 50; ++k) {
    simulation.Reset();
    for (double& q : simulation.qpos()) q = random.Uniform(-0.5, 0.5);
    for (double& v : simulation.qvel()) v = random.Uniform(-1, 1);
    KeepCouplings(&simulation);
    simulation.Forward();
    EXPECT_LT((simulation.SitePosition(end) - simulation.SitePosition(pin)).norm(), 1e-7);
    EXPECT_LE(std::abs(simulation.qpos()[2]), 0.6);
    // and the ends of the rod do not part
    const Eigen::Vector3d before = simulation.SitePosition(end) - simulation.SitePosition(pin);
    constexpr double kShort = 1e-6;  // [s]
    mj_integratePos(simulation.model(), simulation.data()->qpos, simulation.data()->qvel, kShort);
    simulation.Forward();
    const Eigen::Vector3d after = simulation.SitePosition(end) - simulation.SitePosition(pin);
    EXPECT_LT((after - before).norm() / kShort, 1e-4);
  }
}

TEST(CouplingsTest, WhatKeepsThemStaysToTheBit) {
  auto simulation = Simulation::FromString(kFourBar);
  simulation.qvel() << 0.3, -0.3, 0.3;  // a parallelogram
  const Eigen::VectorXd q = simulation.qpos(), v = simulation.qvel();
  KeepCouplings(&simulation);
  EXPECT_EQ(simulation.qpos(), q);
  EXPECT_EQ(simulation.qvel(), v);
}

}  // namespace
}  // namespace sinew::sim
