// What actions claim to give is what MuJoCo applies.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.h"
#include "sim/actuation/actuators.h"
#include "sim/check/witness.h"
#include "sim/simulation.h"
#include "tests/sim/random_actuators.h"

namespace sinew::sim {
namespace {

using spec::ActionElement;
using spec::ActionKind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// an arm of two hinges and a slide with these actuators
std::string Arm(const std::string& actuators, const std::string& more = "",
                const std::string& yaw = "") {
  return R"(<mujoco>
    <compiler angle="radian"/>
    <option timestep="0.001" gravity="0 0 0"/>
    <worldbody>
      <body name="upper">
        <joint name="yaw" axis="0 0 1" )" +
         yaw + R"(/>
        <geom name="upper" type="capsule" fromto="0 0 0 0.3 0 0" size="0.02" mass="0.5"/>
        <body name="fore" pos="0.3 0 0">
          <joint name="bend" axis="0 0 1" limited="true" range="-2.2 2.2"/>
          <geom name="fore" type="capsule" fromto="0 0 0 0.25 0 0" size="0.018" mass="0.3"/>
          <body name="hand" pos="0.25 0 0">
            <joint name="grip" type="slide" axis="1 0 0"/>
            <geom name="hand" type="sphere" size="0.02" mass="0.1"/>
            <site name="tip"/>
          </body>
        </body>
      </body>
    </worldbody>)" +
         more + "<actuator>" + actuators + "</actuator></mujoco>";
}

ActuatorReport Report(const std::string& model) {
  return DescribeActuators(Simulation::FromString(model).model());
}

ActionElement Only(const std::string& model) {
  ActuatorReport report = Report(model);
  EXPECT_THAT(report.refused, IsEmpty());
  return report.action.at(0);
}

// the force at the first degree of freedom after a step with this control
double Applied(const std::string& model, double control, double q = 0) {
  const auto m = Simulation::FromString(model).CompiledModel();
  mjData* d = mj_makeData(m.get());
  d->qpos[0] = q;
  d->ctrl[0] = control;
  mj_step(m.get(), d);
  const double force = d->qfrc_actuator[0];
  mj_deleteData(d);
  return force;
}

constexpr const char* kLimited = "ctrllimited=\"true\" ctrlrange=\"-1 1\"";

TEST(ActuatorClaimsTest, AForceRangeLimitsTheTorque) {
  const std::string model =
      Arm(std::string("<motor name=\"m\" joint=\"yaw\" gear=\"10\" forcelimited=\"true\" "
                      "forcerange=\"-0.2 0.2\" ") +
          kLimited + "/>");
  const ActionElement yaw = Only(model);
  EXPECT_EQ(yaw.kind, ActionKind::kTorque);
  EXPECT_STREQ(yaw.unit(), "N·m");
  EXPECT_DOUBLE_EQ(yaw.torque_low, -2);
  EXPECT_DOUBLE_EQ(yaw.torque_high, 2);
  EXPECT_DOUBLE_EQ(yaw.low(), -2);
  EXPECT_DOUBLE_EQ(yaw.high(), 2);
  // the action commands the part that does something
  EXPECT_DOUBLE_EQ(yaw.ctrl_high, 0.2);
  EXPECT_DOUBLE_EQ(Report(model).unsaturated[0], 0.2);
  EXPECT_DOUBLE_EQ(Applied(model, 1), 2);
}

TEST(ActuatorClaimsTest, AGainCounts) {
  const std::string model =
      Arm(std::string("<general name=\"g\" joint=\"yaw\" gainprm=\"40\" ") + kLimited + "/>");
  EXPECT_DOUBLE_EQ(Only(model).torque_high, 40);
  EXPECT_DOUBLE_EQ(Only(model).torque_low, -40);
  EXPECT_DOUBLE_EQ(Applied(model, 1), 40);
}

TEST(ActuatorClaimsTest, ANegativeGearTurnsTheControlAndNotTheTorque) {
  const ActionElement yaw =
      Only(Arm("<motor name=\"m\" joint=\"yaw\" gear=\"-3\" ctrllimited=\"true\" "
               "ctrlrange=\"-1 2\"/>"));
  EXPECT_DOUBLE_EQ(yaw.torque_low, -6);
  EXPECT_DOUBLE_EQ(yaw.torque_high, 3);
  EXPECT_DOUBLE_EQ(yaw.ctrl_low, 2);
  EXPECT_DOUBLE_EQ(yaw.ctrl_high, -1);
}

TEST(ActuatorClaimsTest, APositionServoTakesATarget) {
  const ActionElement yaw =
      Only(Arm("<position name=\"s\" joint=\"yaw\" kp=\"30\" ctrllimited=\"true\" "
               "ctrlrange=\"-2.5 2.5\" forcelimited=\"true\" forcerange=\"-2 2\"/>"));
  EXPECT_EQ(yaw.kind, ActionKind::kPosition);
  EXPECT_STREQ(yaw.unit(), "rad");
  EXPECT_DOUBLE_EQ(yaw.low(), -2.5);
  EXPECT_DOUBLE_EQ(yaw.high(), 2.5);
  EXPECT_DOUBLE_EQ(yaw.torque_low, -2);
  EXPECT_DOUBLE_EQ(yaw.torque_high, 2);
  EXPECT_STREQ(yaw.torque_unit(), "N·m");
  EXPECT_DOUBLE_EQ(yaw.kp, 30);
  EXPECT_DOUBLE_EQ(yaw.Torque(0.5, 0.48, 0), 30 * (0.5 - 0.48));
  EXPECT_DOUBLE_EQ(yaw.Torque(2.5, 0, 0), 2);
}

TEST(ActuatorClaimsTest, AServoWithAGearIsSaidAtTheJoint) {
  // length 4 q: the control is 4 times the angle, and stiffness grows with the square
  const ActionElement yaw =
      Only(Arm("<position name=\"s\" joint=\"yaw\" gear=\"4\" kp=\"5\" ctrllimited=\"true\" "
               "ctrlrange=\"-2 2\" forcelimited=\"true\" forcerange=\"-1 1\"/>"));
  EXPECT_DOUBLE_EQ(yaw.high(), 0.5);
  EXPECT_DOUBLE_EQ(yaw.kp, 80);
  EXPECT_DOUBLE_EQ(yaw.torque_high, 4);
}

TEST(ActuatorClaimsTest, AVelocityServoTakesASpeed) {
  const ActionElement grip =
      Only(Arm("<velocity name=\"v\" joint=\"grip\" kv=\"7\" ctrllimited=\"true\" "
               "ctrlrange=\"-0.3 0.3\"/>"));
  EXPECT_EQ(grip.kind, ActionKind::kVelocity);
  EXPECT_STREQ(grip.unit(), "m/s");
  EXPECT_STREQ(grip.torque_unit(), "N");
  EXPECT_DOUBLE_EQ(grip.high(), 0.3);
  EXPECT_DOUBLE_EQ(grip.kd, 7);
  EXPECT_TRUE(std::isinf(grip.torque_high));
}

TEST(ActuatorClaimsTest, AMotorOnASlideGivesAForce) {
  const ActionElement grip =
      Only(Arm(std::string("<motor name=\"m\" joint=\"grip\" gear=\"8\" ") + kLimited + "/>"));
  EXPECT_EQ(grip.kind, ActionKind::kForce);
  EXPECT_STREQ(grip.unit(), "N");
}

TEST(ActuatorClaimsTest, ATendonIsToldFromAJoint) {
  const ActionElement cable =
      Only(Arm("<motor name=\"cable\" tendon=\"pull\" ctrllimited=\"true\" ctrlrange=\"0 60\"/>",
               "<tendon><fixed name=\"pull\"><joint joint=\"yaw\" coef=\"0.02\"/>"
               "<joint joint=\"bend\" coef=\"-0.03\"/></fixed></tendon>"));
  EXPECT_EQ(cable.joint, "pull");
  EXPECT_TRUE(cable.tendon);
  EXPECT_EQ(cable.kind, ActionKind::kForce);
  EXPECT_STREQ(cable.unit(), "N");
  ASSERT_EQ(cable.joints.size(), 2u);
  EXPECT_DOUBLE_EQ(cable.joints[0].torque_high, 1.2);
  EXPECT_DOUBLE_EQ(cable.joints[1].torque_low, -1.8);
  EXPECT_DOUBLE_EQ(cable.joints[1].torque_high, 0);
}

TEST(ActuatorClaimsTest, RangesThatAreLeftOutAreTakenFromElsewhereAndNoted) {
  const ActuatorReport motor = Report(Arm(
      "<motor name=\"m\" joint=\"yaw\" gear=\"2\" forcelimited=\"true\" forcerange=\"-6 6\"/>"));
  EXPECT_DOUBLE_EQ(motor.action[0].torque_high, 12);
  EXPECT_THAT(motor.notes, ElementsAre(AllOf(HasSubstr("'m'"), HasSubstr("ctrlrange=\"-6 6\""))));
  const ActuatorReport servo = Report(Arm("<position name=\"s\" joint=\"bend\" kp=\"3\"/>"));
  EXPECT_DOUBLE_EQ(servo.action[0].high(), 2.2);
  EXPECT_THAT(servo.notes, ElementsAre(HasSubstr("joint's range")));
}

TEST(ActuatorClaimsTest, TwoActuatorsOfOneJointAreToldApart) {
  const ActuatorReport report =
      Report(Arm("<position name=\"p\" joint=\"bend\" kp=\"3\"/>"
                 "<velocity name=\"v\" joint=\"bend\" kv=\"1\" ctrllimited=\"true\" "
                 "ctrlrange=\"-1 1\"/>"));
  EXPECT_EQ(report.action[0].name(), "bend/p");
  EXPECT_EQ(report.action[1].name(), "bend/v");
  EXPECT_EQ(report.action[1].joint, "bend");
}

TEST(ActuatorClaimsTest, WhatCannotBeSaidIsRefusedAllAtOnce) {
  const std::string limits = "ctrllimited=\"true\" ctrlrange=\"0 1\"/>";
  // MuJoCo wants those with a state last
  const ActuatorReport report = Report(
      Arm("<general name=\"thruster\" site=\"tip\" " + limits +
              "<motor name=\"string\" tendon=\"rope\" " + limits +
              "<damper name=\"brake\" joint=\"grip\" kv=\"1\" ctrlrange=\"0 1\"/>"
              "<adhesion name=\"gecko\" body=\"hand\" ctrlrange=\"0 1\"/>"
              "<motor name=\"free\" joint=\"yaw\"/>"
              "<motor name=\"sound\" joint=\"grip\" " +
              limits + "<muscle name=\"biceps\" joint=\"yaw\" lengthrange=\"0.1 1\" " + limits +
              "<general name=\"lag\" joint=\"bend\" dyntype=\"filter\" dynprm=\"0.1\" " + limits,
          "<tendon><spatial name=\"rope\"><site site=\"tip\"/><site site=\"post\"/></spatial>"
          "</tendon><worldbody><site name=\"post\"/></worldbody>"));
  EXPECT_THAT(report.refused,
              ElementsAre(AllOf(HasSubstr("'thruster'"), HasSubstr("site"), HasSubstr("write")),
                          AllOf(HasSubstr("'string'"), HasSubstr("spatial")),
                          AllOf(HasSubstr("'brake'"), HasSubstr("damper")),
                          AllOf(HasSubstr("'gecko'"), HasSubstr("adhesion")),
                          AllOf(HasSubstr("'free'"), HasSubstr("ctrlrange")),
                          AllOf(HasSubstr("'biceps'"), HasSubstr("muscle"), HasSubstr("write")),
                          AllOf(HasSubstr("'lag'"), HasSubstr("leave out"))));
}

TEST(ActuatorClaimsTest, EveryClaimOnRandomModelsIsWhatMujocoApplies) {
  std::map<ActionKind, int> kinds;
  int refused = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    const std::string text = ModelMaker(seed).Make();
    const auto model = Simulation::FromString(text).CompiledModel();
    const ActuatorReport report = DescribeActuators(model.get());
    // a force range may leave nothing of a control range
    if (!report.refused.empty()) {
      ++refused;
      EXPECT_THAT(report.refused[0], HasSubstr("at its limit over all")) << text;
      continue;
    }
    for (const ActionElement& element : report.action) ++kinds[element.kind];
    const WitnessReport witness = AskEngine(model.get(), report.action, {.seed = seed});
    EXPECT_EQ(witness.fault, "") << text;
    EXPECT_GT(witness.compared, 200);
    EXPECT_LT(witness.worst, 1e-9);
  }
  EXPECT_LT(refused, 110);
  for (const ActionKind kind :
       {ActionKind::kTorque, ActionKind::kForce, ActionKind::kPosition, ActionKind::kVelocity})
    EXPECT_GT(kinds[kind], 10) << ToText(kind);
}

TEST(ActuatorClaimsTest, TheWitnessFindsALie) {
  const std::string text =
      Arm("<motor name=\"m\" joint=\"yaw\" gear=\"10\" ctrllimited=\"true\" ctrlrange=\"-1 1\"/>"
          "<position name=\"s\" joint=\"bend\" kp=\"30\" ctrllimited=\"true\" ctrlrange=\"-2 2\" "
          "forcelimited=\"true\" forcerange=\"-2 2\"/>");
  const auto model = Simulation::FromString(text).CompiledModel();
  const auto honest = DescribeActuators(model.get()).action;
  EXPECT_EQ(AskEngine(model.get(), honest).fault, "");
  const auto lie = [&](auto change) {
    auto claims = honest;
    change(claims);
    return AskEngine(model.get(), claims).fault;
  };
  EXPECT_THAT(lie([](auto& c) { c[0].torque_high = c[0].joints[0].torque_high = 2; }),
              AllOf(HasSubstr("'yaw'"), HasSubstr("MuJoCo applied 10")));
  EXPECT_THAT(lie([](auto& c) { c[1].kp = 40; }), HasSubstr("'bend'"));
  EXPECT_THAT(lie([](auto& c) { c[1].target_high = 3; }), HasSubstr("'bend'"));
  EXPECT_THAT(lie([](auto& c) { c[1].torque_high = c[1].joints[0].torque_high = 6; }),
              HasSubstr("'bend'"));
  EXPECT_THAT(lie([](auto& c) { c[1].actuator = "other"; }), HasSubstr("no actuator 'other'"));
  // radians sold as torques
  EXPECT_THAT(lie([](auto& c) { c[1] = {"bend", -2, 2, -2, 2, "s"}; }), HasSubstr("'bend'"));
}

TEST(ActuatorClaimsTest, TheWitnessFindsALieWhereAPolicyGoes) {
  const std::string text = Arm(
      "<motor name=\"m\" joint=\"yaw\" gear=\"10\" ctrllimited=\"true\" ctrlrange=\"-1 1\"/>"
      "<position name=\"s\" joint=\"bend\" kp=\"30\" ctrllimited=\"true\" ctrlrange=\"-2 2\"/>");
  auto simulation = Simulation::FromString(text);
  const auto model = simulation.CompiledModel();
  const auto honest = DescribeActuators(model.get()).action;
  simulation.qpos()[1] = 0.5;
  simulation.qvel()[1] = 2;
  const std::vector<double> commands{4, 0.7};
  StepWitness witness(model.get(), honest);
  EXPECT_EQ(witness.Hold(simulation, commands), "");
  EXPECT_EQ(witness.compared(), 3);
  // the state is the caller's
  EXPECT_EQ(simulation.qpos()[1], 0.5);
  auto lie = honest;
  lie[1].kp = 31;
  // 31 (0.7 - 0.5) against 30 (0.7 - 0.5)
  EXPECT_THAT(StepWitness(model.get(), lie).Hold(simulation, commands),
              AllOf(HasSubstr("'bend' is said to be given 6.2, MuJoCo applied 6"),
                    HasSubstr("at 0.7 rad")));
}

// a law of the controller's own ends in the torque that it says
TEST(ActuatorClaimsTest, ALawOfTheControllersIsHeldAgainstItsMotor) {
  const std::string text =
      Arm("<motor name=\"m\" joint=\"yaw\" gear=\"10\" ctrllimited=\"true\" ctrlrange=\"-1 1\"/>");
  const auto simulation = Simulation::FromString(text);
  const auto model = simulation.CompiledModel();
  auto claims = DescribeActuators(model.get()).action;
  claims[0].kind = ActionKind::kPosition;
  claims[0].law = spec::ServoLaw::kController;
  claims[0].kp = 20;
  claims[0].target_low = -1;
  claims[0].target_high = 1;
  EXPECT_EQ(StepWitness(model.get(), claims).Hold(simulation, std::vector<double>{0.3}), "");
  claims[0].ctrl_high = 2;  // beyond the control's range: MuJoCo gives 10 N·m at most
  EXPECT_THAT(StepWitness(model.get(), claims).Hold(simulation, std::vector<double>{0.3}),
              HasSubstr("'yaw' is said to be given 6"));
}

}  // namespace
}  // namespace sinew::sim
