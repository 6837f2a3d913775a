#include "sim/model_identity.h"

#include <gtest/gtest.h>

#include "sim/simulation.h"

namespace sinew::sim {
namespace {

std::string Hash(const std::string& joint, const std::string& geom, const std::string& more = "") {
  return Simulation::FromString("<mujoco>" + more +
                                "<worldbody><body name=\"arm\"><joint name=\"yaw\" " + joint +
                                "/><geom name=\"arm\" type=\"box\" size=\"0.1 0.2 0.3\" " + geom +
                                "/></body></worldbody></mujoco>")
      .model_hash();
}

TEST(ModelIdentityTest, WhatTheModelSaysChangesIt) {
  const std::string hash = Hash("", "mass=\"1\"");
  EXPECT_EQ(hash, Hash("", "mass=\"1\""));
  EXPECT_NE(hash, Hash("", "mass=\"1.1\""));
  EXPECT_NE(hash, Hash("damping=\"0.1\"", "mass=\"1\""));
  EXPECT_NE(hash, Hash("axis=\"0 1 0\"", "mass=\"1\""));
  EXPECT_NE(hash, Hash("", "mass=\"1\" friction=\"0.5\""));
  EXPECT_NE(hash, Hash("", "mass=\"1\"", "<option timestep=\"0.001\"/>"));
  EXPECT_NE(hash, Hash("", "mass=\"1\"",
                       "<compiler angle=\"radian\"/><worldbody/>"
                       "<default><joint armature=\"1\"/></default>"));
}

TEST(ModelIdentityTest, WhatIsOnlySeenDoesNot) {
  const std::string hash = Hash("", "mass=\"1\"");
  EXPECT_EQ(hash, Hash("", "mass=\"1\" rgba=\"1 0 0 1\""));
  EXPECT_EQ(hash, Hash("", "mass=\"1\"", "<visual><quality shadowsize=\"512\"/></visual>"));
  EXPECT_EQ(hash, Hash("", "mass=\"1\"", "<worldbody><light/></worldbody>"));
}

TEST(ModelIdentityTest, TheEngineStandsBesideIt) {
  const Simulation simulation = Simulation::FromString(
      "<mujoco><worldbody><body><joint/><geom size=\"0.1\"/></body>"
      "</worldbody></mujoco>");
  EXPECT_EQ(simulation.identity().engine, EngineName());
  EXPECT_EQ(EngineName().substr(0, 7), "MuJoCo ");
  const spec::ModelIdentity& identity = simulation.identity();
  // new contracts by what the model says, older ones by the engine's bytes
  EXPECT_TRUE(identity.Matches(identity.hash, "MuJoCo 9.9.9"));
  EXPECT_TRUE(identity.Matches(identity.engine_hash, ""));
  EXPECT_FALSE(identity.Matches(identity.hash, ""));
  EXPECT_FALSE(identity.Matches(identity.engine_hash, identity.engine));
}

}  // namespace
}  // namespace sinew::sim
