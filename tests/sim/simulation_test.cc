#include "sim/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "sim/task.h"

namespace sinew::sim {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

constexpr double kGravity = 9.81, kTimestep = 0.002;

// a ball that falls along a vertical rail; q grows downwards
constexpr const char* kFalling = R"(
<mujoco>
  <worldbody>
    <body name="ball">
      <joint name="rail" type="slide" axis="0 0 -1"/>
      <geom type="sphere" size="0.1" mass="2"/>
      <site name="centre"/>
    </body>
  </worldbody>
</mujoco>)";

// a point-like bob of 1 kg at the end of a massless metre
constexpr const char* kPendulum = R"(
<mujoco>
  <compiler inertiafromgeom="false"/>
  <option timestep="0.002" integrator="RK4"/>
  <worldbody>
    <body>
      <joint name="hinge" axis="0 1 0"/>
      <inertial pos="0 0 -1" mass="1" diaginertia="1e-6 1e-6 1e-6"/>
    </body>
  </worldbody>
</mujoco>)";

// What semi-implicit Euler makes of a fall from rest: v_n = n h g, q_n = h^2 g n (n + 1) / 2.
double FallAfter(int steps) { return kTimestep * kTimestep * kGravity * steps * (steps + 1) / 2; }

TEST(SimulationTest, FreeFallFollowsTheIntegratorExactly) {
  Simulation simulation = Simulation::FromString(kFalling);
  for (int n = 1; n <= 500; ++n) {
    ASSERT_TRUE(simulation.Substep());
    ASSERT_NEAR(simulation.qvel()[0], n * kTimestep * kGravity, 1e-12);
    ASSERT_NEAR(simulation.qpos()[0], FallAfter(n), 1e-12);
  }
  EXPECT_NEAR(simulation.data()->time, 1, 1e-12);
}

TEST(SimulationTest, PendulumKeepsItsEnergyAndPeriod) {
  Simulation simulation = Simulation::FromString(kPendulum);
  const auto energy = [&] {
    const double v = simulation.qvel()[0];
    return 0.5 * v * v * (1 + 1e-6) - kGravity * std::cos(simulation.qpos()[0]);
  };
  simulation.qpos()[0] = 2.5;
  const double start = energy();
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(simulation.Substep());
  EXPECT_NEAR(energy(), start, 1e-7);

  // a small swing crosses the bottom after a quarter of 2 pi sqrt(l / g)
  simulation.Reset();
  simulation.qpos()[0] = 1e-3;
  while (simulation.qpos()[0] > 0) ASSERT_TRUE(simulation.Substep());
  EXPECT_NEAR(simulation.data()->time, std::numbers::pi / 2 / std::sqrt(kGravity), 1.5 * kTimestep);
}

TEST(SimulationTest, JointLimitActsFromTheStepThatCrossesIt) {
  std::string text = kFalling;
  text.insert(text.find("axis="), "limited=\"true\" range=\"-1 0.5\" ");
  Simulation simulation = Simulation::FromString(text);
  int crossing = 0;
  while (FallAfter(crossing) <= 0.5) ++crossing;
  // a step looks at the position that the one before it left
  for (int n = 1; n <= crossing; ++n) {
    ASSERT_TRUE(simulation.Substep());
    ASSERT_EQ(simulation.data()->nefc, 0) << "step " << n;
    ASSERT_NEAR(simulation.qpos()[0], FallAfter(n), 1e-12);
  }
  ASSERT_TRUE(simulation.Substep());
  EXPECT_EQ(simulation.data()->nefc, 1);
  for (int n = 0; n < 2000; ++n) ASSERT_TRUE(simulation.Substep());
  // at rest the limit carries the weight of 2 kg
  EXPECT_NEAR(simulation.qvel()[0], 0, 1e-6);
  EXPECT_NEAR(simulation.qpos()[0], 0.5, 0.01);
  EXPECT_NEAR(simulation.data()->qfrc_constraint[0], -2 * kGravity, 1e-6);
}

TEST(SimulationTest, PositionsLagOneSubstepUntilRefreshed) {
  Simulation simulation = Simulation::FromString(kFalling);
  const int centre = simulation.Id(mjOBJ_SITE, "centre");
  for (int n = 1; n <= 10; ++n) ASSERT_TRUE(simulation.Substep());
  EXPECT_NEAR(simulation.SitePosition(centre).z(), -FallAfter(9), 1e-12);
  simulation.RefreshKinematics();
  EXPECT_NEAR(simulation.SitePosition(centre).z(), -FallAfter(10), 1e-12);
  EXPECT_NEAR(simulation.BodyPosition(1).z(), -FallAfter(10), 1e-12);
}

TEST(SimulationTest, ResetForgetsEverything) {
  Simulation simulation = Simulation::FromString(kFalling);
  const SimulationState fresh = Simulation::FromString(kFalling).SaveState();
  simulation.data()->qfrc_applied[0] = 3;
  for (int n = 0; n < 10; ++n) ASSERT_TRUE(simulation.Substep());
  EXPECT_NE(simulation.SaveState(), fresh);
  simulation.Reset();
  simulation.Forward();
  EXPECT_EQ(simulation.SaveState(), fresh);
}

TEST(SimulationTest, ModelHashFollowsTheModel) {
  const std::string hash = Simulation::FromString(kFalling).model_hash();
  EXPECT_EQ(Simulation::FromString(kFalling).model_hash(), hash);
  std::string heavier = kFalling;
  heavier.replace(heavier.find("mass=\"2\""), 8, "mass=\"3\"");
  EXPECT_NE(Simulation::FromString(heavier).model_hash(), hash);
}

TEST(SimulationTest, UnknownNamesListTheKnownOnes) {
  const Simulation simulation = Simulation::FromString(kFalling);
  EXPECT_EQ(simulation.Id(mjOBJ_BODY, "ball"), 1);
  EXPECT_THAT(
      [&] { simulation.Id(mjOBJ_JOINT, "hinge"); },
      ThrowsMessage<UserError>(AllOf(HasSubstr("joint"), HasSubstr("'hinge'"), HasSubstr("rail"))));
}

TEST(SimulationTest, BadModelsAreTheUsersErrorInOneLine) {
  const auto load = [](const std::string& text) {
    return [text] { Simulation::FromString(text); };
  };
  const auto third_line = ContainsRegex("[Ll]ine (number=)?3");
  const auto one_line = Not(HasSubstr("\n"));
  EXPECT_THAT(load("<mujoco>\n<worldbody>\n<body>\n</worldbody></mujoco>"),
              ThrowsMessage<UserError>(AllOf(third_line, one_line)));
  EXPECT_THAT(load("<mujoco>\n<worldbody>\n<boddy/></worldbody></mujoco>"),
              ThrowsMessage<UserError>(AllOf(HasSubstr("boddy"), third_line, one_line)));
  // well-formed, but a moving body without mass
  EXPECT_THAT(load("<mujoco><worldbody><body><joint/></body></worldbody></mujoco>"),
              ThrowsMessage<UserError>(AllOf(HasSubstr("mass"), one_line)));
  EXPECT_THAT(load(""), ThrowsMessage<UserError>(one_line));
}

TEST(SimulationTest, MissingFilesAreNamed) {
  EXPECT_THAT([] { Simulation::FromFile("nowhere/robot.xml"); },
              ThrowsMessage<UserError>(HasSubstr("nowhere/robot.xml")));
  EXPECT_THAT([] { Simulation::FromFile(AssetFolder()); },
              ThrowsMessage<UserError>(HasSubstr(AssetFolder().string())));
}

// A solver that is stopped before it has converged goes on from the last step's forces, so these
// are part of the state.
TEST(SimulationTest, StateHoldsTheSolversWarmStart) {
  Simulation simulation = Simulation::FromString(R"(
    <mujoco>
      <option solver="PGS" iterations="2" cone="elliptic"/>
      <worldbody>
        <geom type="plane" size="5 5 0.1"/>
        <body pos="0 0 0.3" euler="10 20 30"><freejoint/><geom type="box" size="0.2 0.1 0.05"/></body>
        <body pos="0.1 0 0.6"><freejoint/><geom type="box" size="0.1 0.1 0.1"/></body>
      </worldbody>
    </mujoco>)");
  for (int n = 0; n < 150; ++n) ASSERT_TRUE(simulation.Substep());
  ASSERT_GT(simulation.data()->ncon, 0);
  const SimulationState state = simulation.SaveState();
  for (int n = 0; n < 50; ++n) ASSERT_TRUE(simulation.Substep());
  const SimulationState expected = simulation.SaveState();
  simulation.RestoreState(state);
  for (int n = 0; n < 50; ++n) ASSERT_TRUE(simulation.Substep());
  EXPECT_EQ(simulation.SaveState(), expected);
}

TEST(SimulationTest, StateOfAnotherModelIsRefused) {
  Simulation falling = Simulation::FromString(kFalling);
  const SimulationState state = Simulation::FromString(kPendulum).SaveState();
  EXPECT_THROW(falling.RestoreState(state), Error);
  EXPECT_THROW(falling.RestoreState({}), Error);
}

// everything that can constrain a model without contacts, all of it active at once
TEST(SimulationTest, KeepsRoomForEveryConstraintOfAModelWithoutContacts) {
  Simulation simulation = Simulation::FromString(R"(
    <mujoco>
      <default><geom contype="0" conaffinity="0"/></default>
      <worldbody>
        <body name="free" pos="0.1 0 1"><freejoint name="free"/><geom name="free" size="0.1"/></body>
        <body name="arm">
          <joint name="hinge" type="hinge" axis="0 1 0" range="-1 1" limited="true" margin="10"
                 frictionloss="0.1"/>
          <geom name="arm" size="0.1" pos="0.3 0 0"/>
          <body name="tip" pos="0.6 0 0">
            <joint name="slide" type="slide" axis="1 0 0" range="-1 1" limited="true" margin="10"
                   frictionloss="0.1"/>
            <geom name="tip" size="0.1"/>
          </body>
        </body>
      </worldbody>
      <tendon>
        <fixed name="tendon" limited="true" range="-1 1" margin="10" frictionloss="0.1">
          <joint joint="hinge" coef="1"/>
        </fixed>
      </tendon>
      <equality><weld name="weld" body1="free"/></equality>
    </mujoco>)");
  ASSERT_TRUE(simulation.Substep());
  // the weld's 6, friction of 2 joints and the tendon, both limits of each
  EXPECT_EQ(simulation.data()->nefc, 6 + 3 + 6);
  EXPECT_LT(simulation.model()->njmax, 30);
  EXPECT_EQ(simulation.data()->warning[mjWARN_CNSTRFULL].number, 0);
}

}  // namespace
}  // namespace sinew::sim
