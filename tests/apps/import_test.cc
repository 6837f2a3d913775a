// From a robot's file to a policy: import, check, train.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files.h"
#include "tests/apps/program.h"

namespace sinew::apps {
namespace {

using testing::HasSubstr;

constexpr const char* kArm = R"(<robot name="arm"><link name="base"/>
  <link name="upper"><inertial><origin xyz="0 0 0.15"/><mass value="1"/>
    <inertia ixx="0.01" iyy="0.01" izz="0.002" ixy="0" ixz="0" iyz="0"/></inertial></link>
  <link name="fore"><inertial><origin xyz="0 0 0.1"/><mass value="0.6"/>
    <inertia ixx="0.004" iyy="0.004" izz="0.001" ixy="0" ixz="0" iyz="0"/></inertial></link>
  <link name="turn"><inertial><mass value="0.5"/>
    <inertia ixx="0.002" iyy="0.002" izz="0.002" ixy="0" ixz="0" iyz="0"/></inertial></link>
  <link name="tool0"/>
  <joint name="yaw" type="revolute"><parent link="base"/><child link="turn"/><origin xyz="0 0 0.1"/>
    <axis xyz="0 0 1"/><limit lower="-2" upper="2" effort="10" velocity="3"/></joint>
  <joint name="lift" type="revolute"><parent link="turn"/><child link="upper"/><axis xyz="0 1 0"/>
    <limit lower="-1.5" upper="1.5" effort="20" velocity="3"/></joint>
  <joint name="bend" type="revolute"><parent link="upper"/><child link="fore"/>
    <origin xyz="0 0 0.3"/><axis xyz="0 1 0"/>
    <limit lower="-2.2" upper="2.2" effort="10" velocity="3"/></joint>
  <joint name="mount" type="fixed"><parent link="fore"/><child link="tool0"/>
    <origin xyz="0 0 0.2"/></joint></robot>)";

TEST(Import, FromUrdfToAPolicyWithoutEditing) {
  const Scratch scratch;
  WriteFileAtomically(scratch / "arm.urdf", kArm);
  const Outcome import = scratch.Sinew({"import", "arm.urdf", "--out", "arm"});
  ASSERT_EQ(import.status, 0) << import.err;
  EXPECT_THAT(import.out, HasSubstr("tool0"));
  EXPECT_THAT(ReadFile(scratch / "arm/report.md"), HasSubstr("## Guessed"));
  EXPECT_THAT(ReadFile(scratch / "arm/task.toml"), HasSubstr("[task.target]"));
  const Outcome check = scratch.Sinew({"check", "arm/task.toml", "--episodes", "3"});
  EXPECT_EQ(check.status, 0) << check.out << check.err;
  const Outcome train =
      scratch.Sinew({"train", "arm/task.toml", "--steps", "2000", "--out", "run", "--quiet"});
  EXPECT_EQ(train.status, 0) << train.err;
}

TEST(Import, JsonIsOneDocument) {
  const Scratch scratch;
  WriteFileAtomically(scratch / "arm.urdf", kArm);
  const Outcome import = scratch.Sinew({"import", "arm.urdf", "--out", "arm", "--json"});
  EXPECT_EQ(import.status, 0) << import.err;
  EXPECT_TRUE(import.out.starts_with("{") && import.out.ends_with("}\n"));
  EXPECT_THAT(import.out, HasSubstr("\"base\": \"fixed\""));
}

TEST(Import, OtherCommandsSayWhatAModelIsTooNewFor) {
  const Scratch scratch;
  WriteFileAtomically(scratch / "robot.xml",
                      "<mujoco>\n<option integrator=\"implicitfast\"/>\n</mujoco>");
  WriteFileAtomically(scratch / "task.toml",
                      "[task]\nmodel = \"robot.xml\"\nsite = \"tip\"\nreward.distance = 1.0\n");
  for (const std::vector<std::string>& command : {std::vector<std::string>{"check", "robot.xml"},
                                                  {"check", "task.toml"},
                                                  {"tasks", "task.toml"},
                                                  {"train", "task.toml"}}) {
    const Outcome outcome = scratch.Sinew(command);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, HasSubstr("robot.xml:2: <option integrator=\"implicitfast\"> came "
                                       "with MuJoCo 2.3.3"));
    EXPECT_THAT(outcome.err, HasSubstr("sinew import"));
    EXPECT_EQ(outcome.error_lines(), 1);
  }
}

TEST(Import, OtherCommandsSendUrdfsAndBareModelsThere) {
  const Scratch scratch;
  WriteFileAtomically(scratch / "arm.urdf", kArm);
  for (const char* command : {"train", "check", "tasks"}) {
    const Outcome outcome = scratch.Sinew({command, "arm.urdf"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, HasSubstr("sinew import arm.urdf --out arm"));
  }
  EXPECT_THAT(scratch.Sinew({"train", "arm.xml"}).err, HasSubstr("sinew import arm.xml --out arm"));
}

TEST(Import, MistakesAreNamed) {
  const Scratch scratch;
  WriteFileAtomically(scratch / "arm.urdf", kArm);
  const auto error = [&](std::vector<std::string> more) {
    std::vector<std::string> command{"import", "arm.urdf", "--out", "arm"};
    command.insert(command.end(), more.begin(), more.end());
    const Outcome outcome = scratch.Sinew(command);
    EXPECT_EQ(outcome.status, 2);
    return outcome.err;
  };
  EXPECT_THAT(error({"--end-effector", "tool"}), HasSubstr("did you mean 'tool0'?"));
  EXPECT_THAT(error({"--attach", "hand.xml"}), HasSubstr("FILE@BODY_OR_SITE"));
  EXPECT_THAT(error({"--package", "x"}), HasSubstr("NAME=FOLDER"));
  EXPECT_THAT(error({"--fixed-base", "--floating-base"}), HasSubstr("--fixed-base"));
  EXPECT_EQ(scratch.Sinew({"import", "ghost.urdf", "--out", "g"}).status, 2);
}

}  // namespace
}  // namespace sinew::apps
