#include "sim/step/warnings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "sim/check/model_task.h"
#include "sim/check/task_check.h"
#include "sim/simulation.h"
#include "tests/core/temporary_folder.h"

namespace sinew::sim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kBalls = 10;

// Ten balls on a floor, half a millimetre deep in it: ten contacts of four rows each (condim 3, a
// pyramid of two directions).
std::string Balls(const std::string& size) {
  std::string bodies;
  for (int i = 0; i < kBalls; ++i) {
    bodies += fmt::format(
        R"(<body pos="{} 0 0.0995"><freejoint name="free{}"/><geom size="0.1" mass="1"/></body>)",
        0.5 * i, i);
  }
  return fmt::format(R"(
    <mujoco>
      {}
      <worldbody><geom type="plane" size="10 10 1"/>{}</worldbody>
    </mujoco>)",
                     size, bodies);
}

TEST(StepWarningsTest, ASoundModelHasNone) {
  Simulation simulation = Simulation::FromString(Balls(""));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(simulation.Substep());
  EXPECT_FALSE(simulation.warnings().any());
  EXPECT_THAT(simulation.warnings().Describe(), IsEmpty());
}

TEST(StepWarningsTest, EveryStepThatDropsContactsCounts) {
  Simulation simulation = Simulation::FromString(Balls(R"(<size nconmax="4" njmax="500"/>)"));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(simulation.Substep());
  // those that have nothing under them fall: their contacts stay in what is needed
  const WarningCounts& counts = simulation.warnings();
  EXPECT_EQ(counts.contacts, 3) << "once a step, however many were dropped";
  EXPECT_EQ(counts.constraints, 0);
  EXPECT_EQ(counts.contact_room, 4);
  EXPECT_EQ(counts.contacts_needed, kBalls);
  EXPECT_THAT(counts.Describe(),
              ElementsAre(AllOf(HasSubstr("contacts in 3 physics steps"), HasSubstr("nconmax = 4"),
                                HasSubstr("the 10 that"), HasSubstr("<size nconmax=\"50\"/>"))));
}

TEST(StepWarningsTest, ResetsLoseNoCountAndClonesBeginAnew) {
  Simulation simulation = Simulation::FromString(Balls(R"(<size nconmax="4" njmax="500"/>)"));
  for (int episode = 0; episode < 4; ++episode) {
    simulation.Reset();
    simulation.Forward();
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(simulation.Substep());
  }
  EXPECT_EQ(simulation.warnings().contacts, 8);
  EXPECT_FALSE(simulation.Clone().warnings().any());
}

TEST(StepWarningsTest, TheStepThatRefreshesKinematicsCountsOnce) {
  Simulation simulation = Simulation::FromString(Balls(R"(<size nconmax="4" njmax="500"/>)"));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(simulation.Substep());
    ASSERT_TRUE(simulation.RefreshKinematics());
  }
  // the first step, and the three whose first half was done early
  EXPECT_EQ(simulation.warnings().contacts, 4);
}

TEST(StepWarningsTest, WhatItSaysToWriteIsEnough) {
  for (const char* size :
       {R"(<size nconmax="1" njmax="500"/>)", R"(<size nconmax="100" njmax="9"/>)"}) {
    Simulation small = Simulation::FromString(Balls(size));
    ASSERT_TRUE(small.Substep());
    const auto lines = small.warnings().Describe();
    ASSERT_EQ(lines.size(), 1u) << size;
    const size_t begin = lines[0].find("<size ");
    const std::string advice = lines[0].substr(begin, lines[0].find("/>") + 2 - begin);
    // the other size is left to MuJoCo
    Simulation roomy = Simulation::FromString(Balls(advice));
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(roomy.Substep());
    EXPECT_FALSE(roomy.warnings().any()) << advice << ": " << roomy.warnings().ToString();
  }
}

TEST(StepWarningsTest, AFullConstraintMatrixIsNamed) {
  Simulation simulation = Simulation::FromString(Balls(R"(<size nconmax="100" njmax="9"/>)"));
  ASSERT_TRUE(simulation.Substep());
  const WarningCounts& counts = simulation.warnings();
  EXPECT_EQ(counts.contacts, 0);
  EXPECT_EQ(counts.constraints, 1);
  EXPECT_EQ(counts.constraint_room, 9);
  EXPECT_GE(counts.constraints_needed, 4 * kBalls);
  EXPECT_THAT(counts.ToString(), HasSubstr("njmax = 9"));
}

// two hinges about one axis: neither can be told from the other
TEST(StepWarningsTest, ASingularInertiaNamesTheJoint) {
  Simulation simulation = Simulation::FromString(R"(
    <mujoco>
      <worldbody>
        <body>
          <joint name="one" axis="0 1 0"/>
          <joint name="two" axis="0 1 0"/>
          <geom type="capsule" fromto="0 0 0 0.3 0 0" size="0.02" mass="1"/>
        </body>
      </worldbody>
    </mujoco>)");
  simulation.Substep();
  EXPECT_GT(simulation.warnings().inertia, 0);
  EXPECT_THAT(
      simulation.warnings().ToString(),
      AllOf(HasSubstr("singular"), ::testing::AnyOf(HasSubstr("'one'"), HasSubstr("'two'"))));
}

// two balls on a floor and room for one contact
TEST(StepWarningsTest, CheckNamesThemWithTheSize) {
  const TemporaryFolder folder;
  std::ofstream(folder / "balls.xml") << R"(
    <mujoco>
      <size nconmax="1" njmax="100"/>
      <worldbody>
        <geom name="floor" type="plane" size="10 10 1"/>
        <body name="left" pos="0 0 0.1">
          <joint name="left" type="slide" axis="0 0 1"/><geom name="left" size="0.1"/>
        </body>
        <body name="right" pos="1 0 0.1">
          <joint name="right" type="slide" axis="0 0 1"/><geom name="right" size="0.1"/>
        </body>
      </worldbody>
      <actuator><motor name="lift" joint="left" ctrllimited="true" ctrlrange="-1 1"/></actuator>
    </mujoco>)";
  const CheckReport report = CheckTask(MakeModelTask(folder / "balls.xml"), {.episodes = 1});
  const auto found = std::ranges::find(report.results, "warnings", &CheckResult::name);
  ASSERT_NE(found, report.results.end());
  EXPECT_EQ(found->verdict, Verdict::kFail);
  EXPECT_THAT(found->detail, AllOf(HasSubstr("nconmax = 1"), HasSubstr("the 2 that"),
                                   HasSubstr("<size nconmax=\"50\"/>")));
}

TEST(WarningCountsTest, AddUpAndSubtract) {
  WarningCounts sum{.contacts = 2, .contact_room = 4, .contacts_needed = 7, .inertia_joint = {}};
  const WarningCounts before = sum;
  sum += {.contacts = 3,
          .inertia = 1,
          .contact_room = 4,
          .contacts_needed = 9,
          .inertia_joint = "elbow"};
  EXPECT_EQ(sum.contacts, 5);
  EXPECT_EQ(sum.contacts_needed, 9);
  EXPECT_EQ(sum.inertia_joint, "elbow");
  EXPECT_EQ(sum.Since(before).contacts, 3);
  EXPECT_EQ(sum.Since(before).inertia, 1);
  EXPECT_FALSE(sum.Since(sum).any());
}

}  // namespace
}  // namespace sinew::sim
