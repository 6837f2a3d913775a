#include "sim/model_identity.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

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

/// A mass on a slide above a hilly field, with a spring and sensors; a word of it replaced.
std::string HashOfField(const std::string& word = "", const std::string& by = "") {
  std::string text = R"(<mujoco>
    <option iterations="50" tolerance="1e-9"/>
    <asset><hfield name="hills" nrow="2" ncol="2" size="1 1 0.3 0.1"/>
      <mesh name="stone" vertex="0 0 0  0.1 0 0  0 0.1 0  0 0 0.1"/></asset>
    <worldbody>
      <geom type="hfield" hfield="hills"/>
      <geom type="mesh" mesh="stone" pos="1 0 1"/>
      <body name="mass" pos="0 0 1">
        <joint name="slide" type="slide"/>
        <geom size="0.1"/><site name="skin" size="0.11"/>
      </body>
    </worldbody>
    <tendon><fixed name="spring" stiffness="30" springlength="0.2"><joint joint="slide" coef="1"/>
    </fixed></tendon>
    <sensor><touch name="touch" site="skin" cutoff="5"/></sensor></mujoco>)";
  if (const size_t at = text.find(word); !word.empty() && at != std::string::npos)
    text.replace(at, word.size(), by);
  return Simulation::FromString(text).model_hash();
}

TEST(ModelIdentityTest, WhatMotionOrSensorsDependOnChangesIt) {
  const std::string hash = HashOfField();
  EXPECT_EQ(hash, HashOfField("size=\"1 1 0.3 0.1\"", "size=\"1.0 1 0.3 0.1\""));
  for (const auto& [word, by] : std::vector<std::pair<std::string, std::string>>{
           {"iterations=\"50\"", "iterations=\"5\""},
           {"1e-9", "1e-6"},
           {"1 1 0.3 0.1", "1 1 0.4 0.1"},
           {"0 0 0.1\"", "0 0 0.12\""},
           {"size=\"0.11\"", "size=\"0.2\""},
           {"springlength=\"0.2\"", "springlength=\"0.1\""},
           {"cutoff=\"5\"", "cutoff=\"1\""}}) {
    EXPECT_NE(hash, HashOfField(word, by)) << word << " to " << by;
  }
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
