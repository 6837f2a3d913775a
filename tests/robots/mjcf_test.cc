// What import makes of newer MJCF, held against models written by hand for the older engine.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "robots/mjcf/schema.h"
#include "robots/mjcf/versions.h"
#include "sim/task.h"
#include "tests/robots/importing.h"

namespace sinew::robots {
namespace {

using testing::HasSubstr;
using Kind = Report::Kind;

// An arm of two joints, with room for what is tested.
std::string Arm(const std::string& actuators, const std::string& joint = "",
                const std::string& rest = "", const std::string& option = "") {
  return R"(<mujoco><compiler angle="radian" autolimits="true"/>)" + option + R"(<worldbody>
    <body name="upper" pos="0 0 0.5">
      <joint name="shoulder" axis="0 1 0" range="-2 2" damping="0.2" )" +
         joint + R"(/>
      <geom name="upper" type="capsule" fromto="0 0 0 0.3 0 0" size="0.02" mass="0.5"/>
      <body name="lower" pos="0.3 0 0">
        <joint name="elbow" axis="0 0 1" range="-2.5 1.5" damping="0.1"/>
        <geom name="lower" type="capsule" fromto="0 0 0 0.25 0 0" size="0.015" mass="0.3"/>
        <site name="tip" pos="0.25 0 0" size="0.01"/>
      </body>
    </body>
  </worldbody><actuator>)" +
         actuators + "</actuator>" + rest + "</mujoco>";
}

TEST(NewerMjcf, KvIsACoefficientOfTheVelocity) {
  const Imported imported(Arm(R"(
    <position name="a" joint="shoulder" kp="20" kv="3" ctrlrange="-1 1"/>
    <position name="b" joint="elbow" kp="7" kv="0.5" gear="2" ctrlrange="-1 1" forcerange="-4 4"/>)"));
  const ModelPtr by_hand = LoadText(Arm(R"(
    <general name="a" joint="shoulder" biastype="affine" gainprm="20" biasprm="0 -20 -3"
             ctrlrange="-1 1"/>
    <general name="b" joint="elbow" biastype="affine" gainprm="7" biasprm="0 -7 -0.5" gear="2"
             ctrlrange="-1 1" forcerange="-4 4"/>)"));
  EXPECT_LT(WorstDifference(imported.model(), by_hand.get()), 1e-9);
  EXPECT_TRUE(imported.Says(Kind::kExact, "kv of servos"));
}

TEST(NewerMjcf, KvOfADefaultClassReachesItsActuators) {
  const std::string defaults =
      R"(<default><position kp="9" kv="2"/><default class="soft"><position kp="4"/></default></default>)";
  const Imported imported(Arm(R"(
    <position name="a" joint="shoulder" ctrlrange="-1 1"/>
    <position name="b" joint="elbow" class="soft" ctrlrange="-1 1"/>)",
                              "", defaults));
  const ModelPtr by_hand = LoadText(Arm(R"(
    <general name="a" joint="shoulder" biastype="affine" gainprm="9" biasprm="0 -9 -2" ctrlrange="-1 1"/>
    <general name="b" joint="elbow" biastype="affine" gainprm="4" biasprm="0 -4 -2" ctrlrange="-1 1"/>)"));
  EXPECT_LT(WorstDifference(imported.model(), by_hand.get()), 1e-9);
}

TEST(NewerMjcf, DampingRatioComesOfTheInertiaThatTheActuatorFeels) {
  const Imported imported(R"(<mujoco><compiler angle="radian"/><worldbody><body name="rod">
      <joint name="hinge" axis="0 1 0" armature="0.1"/>
      <inertial pos="0.5 0 0" mass="2" diaginertia="0.01 0.01 0.01"/>
      <geom name="rod" type="sphere" size="0.1" pos="0.5 0 0"/>
    </body></worldbody><actuator>
      <position name="servo" joint="hinge" kp="20" dampratio="0.7" ctrlrange="-1 1"/>
    </actuator></mujoco>)");
  // m l^2 + I + armature
  const double inertia = 2 * 0.25 + 0.01 + 0.1;
  EXPECT_NEAR(imported.model()->actuator_biasprm[2], -2 * 0.7 * std::sqrt(20 * inertia), 1e-9);
  EXPECT_NEAR(imported.model()->actuator_biasprm[1], -20, 1e-12);
}

TEST(NewerMjcf, InheritedRangesAreThoseOfTheJointAboutItsMiddle) {
  const Imported imported(Arm(R"(
    <position name="a" joint="shoulder" kp="5" inheritrange="1"/>
    <position name="b" joint="elbow" kp="5" inheritrange="0.5"/>)"));
  const double* range = imported.model()->actuator_ctrlrange;
  EXPECT_NEAR(range[0], -2, 1e-12);
  EXPECT_NEAR(range[1], 2, 1e-12);
  EXPECT_NEAR(range[2], -1.5, 1e-12);
  EXPECT_NEAR(range[3], 0.5, 1e-12);
}

TEST(NewerMjcf, InheritedRangesOfModelsInDegreesAreRadians) {
  const Imported imported(R"(<mujoco><worldbody><body name="rod">
      <joint name="hinge" axis="0 1 0" range="-90 45"/>
      <geom name="rod" type="capsule" fromto="0 0 0 0.3 0 0" size="0.02"/>
    </body></worldbody><actuator>
      <position name="servo" joint="hinge" kp="2" inheritrange="1"/></actuator></mujoco>)");
  EXPECT_NEAR(imported.model()->actuator_ctrlrange[0], -M_PI / 2, 1e-12);
  EXPECT_NEAR(imported.model()->actuator_ctrlrange[1], M_PI / 4, 1e-12);
  EXPECT_TRUE(imported.model()->jnt_limited[0]);
}

TEST(NewerMjcf, RangesLimitWithoutSayingSo) {
  const std::string text = R"(<mujoco><compiler angle="radian"/><worldbody><body name="rod">
      <joint name="hinge" axis="0 1 0" range="-1 1"/>
      <joint name="slide" type="slide" axis="0 1 0"/>
      <geom name="rod" type="capsule" fromto="0 0 0 0.3 0 0" size="0.02"/>
    </body></worldbody><actuator>
      <motor name="a" joint="hinge" ctrlrange="-1 1"/>
      <motor name="b" joint="slide" ctrlrange="-2 2" forcerange="-1 1"/></actuator></mujoco>)";
  const Imported imported(text);
  EXPECT_TRUE(imported.model()->jnt_limited[0]);
  EXPECT_FALSE(imported.model()->jnt_limited[1]);
  EXPECT_TRUE(imported.model()->actuator_ctrllimited[1]);
  EXPECT_TRUE(imported.model()->actuator_forcelimited[1]);
  EXPECT_FALSE(imported.model()->actuator_forcelimited[0]);
}

TEST(NewerMjcf, JointForceRangesHoldTheActuatorByItsGear) {
  const Imported imported(Arm(R"(
    <motor name="a" joint="shoulder" gear="-2" ctrlrange="-10 10"/>
    <motor name="b" joint="elbow" ctrlrange="-10 10"/>)",
                              R"(actuatorfrcrange="-6 4")"));
  const DataPtr data = MakeData(imported.model());
  for (const auto& [control, torque] : {std::pair{10.0, -6.0}, {-10.0, 4.0}, {1.0, -2.0}}) {
    data->ctrl[0] = control;
    mj_forward(imported.model(), data.get());
    EXPECT_NEAR(data->qfrc_actuator[0], torque, 1e-12);
  }
}

TEST(NewerMjcf, TwoActuatorsOfOneJointLoseItsForceRangeAndThatIsSaid) {
  const Imported imported(Arm(R"(
    <motor name="a" joint="shoulder" ctrlrange="-10 10"/>
    <motor name="b" joint="shoulder" ctrlrange="-10 10"/>)",
                              R"(actuatorfrcrange="-6 4")"));
  EXPECT_TRUE(imported.Says(Kind::kInexact, "with several actuators"));
}

TEST(NewerMjcf, GravcompOfAWholeArmGoesToTheTask) {
  std::string text = Arm(R"(<motor name="a" joint="shoulder" ctrlrange="-1 1"/>)");
  const auto weightless = [&text](const std::string& body) {
    const std::string name = "name=\"" + body + "\" pos";
    text.replace(text.find(name), name.size(), "gravcomp=\"1\" " + name);
  };
  weightless("lower");
  EXPECT_TRUE(Imported(text).Says(Kind::kInexact, "gravcomp of some bodies"));
  weightless("upper");
  EXPECT_THAT(Imported(text).task(), HasSubstr("gravity_compensation = \"upper\""));
}

TEST(NewerMjcf, ImplicitFastIsImplicit) {
  const Imported imported(Arm(R"(<motor name="a" joint="shoulder" ctrlrange="-1 1"/>)", "", "",
                              R"(<option integrator="implicitfast"/>)"));
  EXPECT_EQ(imported.model()->opt.integrator, mjINT_IMPLICIT);
  EXPECT_TRUE(imported.Says(Kind::kInexact, "implicitfast"));
}

TEST(NewerMjcf, FramesAreWhatFixedBodiesWouldBe) {
  const auto robot = [](const std::string& open, const std::string& close) {
    return R"(<mujoco><worldbody><body name="base" pos="0 0 1"><geom name="base" size="0.1"/>)" +
           open + R"(<body name="arm" pos="0.1 0.2 0" euler="10 20 30">
             <joint name="hinge" axis="0 1 0" pos="0.01 0 0"/>
             <geom name="arm" type="capsule" fromto="0 0 0 0.3 0.1 0" size="0.02"/></body>
           <site name="mark" pos="0.3 0 0" zaxis="1 1 0"/>
           <geom name="rod" type="capsule" fromto="0 0 0 0 0.2 0.3" size="0.01"/>)" +
           close + R"(</body></worldbody><actuator>
             <motor name="m" joint="hinge" ctrllimited="true" ctrlrange="-1 1"/></actuator></mujoco>)";
  };
  const std::string pose = R"(pos="1 2 3" euler="40 -50 60")";
  const Imported imported(robot("<frame " + pose + "><frame pos=\"0 0 1\">", "</frame></frame>"));
  const ModelPtr nested =
      LoadText(robot("<body " + pose + "><body pos=\"0 0 1\">", "</body></body>"));
  const DataPtr one = MakeData(imported.model()), two = MakeData(nested.get());
  one->qpos[0] = two->qpos[0] = 0.7;
  mj_kinematics(imported.model(), one.get());
  mj_kinematics(nested.get(), two.get());
  for (const char* geom : {"arm", "rod"}) {
    const int a = mj_name2id(imported.model(), mjOBJ_GEOM, geom);
    const int b = mj_name2id(nested.get(), mjOBJ_GEOM, geom);
    for (int k = 0; k < 3; ++k)
      EXPECT_NEAR(one->geom_xpos[3 * a + k], two->geom_xpos[3 * b + k], 1e-9);
    EXPECT_NEAR(one->geom_xmat[9 * a + 8], two->geom_xmat[9 * b + 8], 1e-9);
  }
  for (int k = 0; k < 9; ++k) EXPECT_NEAR(one->site_xmat[k], two->site_xmat[k], 1e-9);
  for (int k = 0; k < 3; ++k) {
    EXPECT_NEAR(one->xaxis[k], two->xaxis[k], 1e-9);
    EXPECT_NEAR(one->xanchor[k], two->xanchor[k], 1e-9);
  }
}

TEST(NewerMjcf, ReplicasStandWhereTheirAnglesPutThem) {
  const Imported imported(R"(<mujoco><worldbody><body name="base">
      <joint name="hinge" axis="0 0 1"/><geom name="base" size="0.1"/>
      <replicate count="4" euler="0 0 90" sep="-">
        <site name="ray" pos="1 0 0"/>
      </replicate></body></worldbody>
    <actuator><motor name="m" joint="hinge" ctrllimited="true" ctrlrange="-1 1"/></actuator>
    <sensor><rangefinder name="range" site="ray"/></sensor></mujoco>)");
  EXPECT_EQ(imported.model()->nsensor, 4);
  const DataPtr data = MakeData(imported.model());
  mj_kinematics(imported.model(), data.get());
  for (int i = 0; i < 4; ++i) {
    const std::string name = "ray-" + std::to_string(i);
    const int site = mj_name2id(imported.model(), mjOBJ_SITE, name.c_str());
    ASSERT_GE(site, 0) << name;
    EXPECT_NEAR(data->site_xpos[3 * site], std::cos(i * M_PI / 2), 1e-9);
    EXPECT_NEAR(data->site_xpos[3 * site + 1], std::sin(i * M_PI / 2), 1e-9);
  }
}

TEST(NewerMjcf, AttachedModelsComeWithPrefixAndTheirOwnUnits) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "hand.xml", R"(<mujoco><default><geom mass="0.2"/></default>
    <worldbody><body name="palm"><joint name="grip" axis="1 0 0" range="0 90"/>
    <geom name="palm" size="0.05"/><site name="pinch" pos="0 0 0.1"/></body></worldbody>
    <actuator><motor name="grip" joint="grip" ctrlrange="-1 1"/></actuator></mujoco>)");
  WriteFileAtomically(folder / "arm.xml", R"(<mujoco><compiler angle="radian"/>
    <asset><model name="hand" file="hand.xml"/></asset>
    <worldbody><body name="arm"><joint name="turn" axis="0 0 1" range="-1 1"/>
    <geom name="arm" type="capsule" fromto="0 0 0 0.4 0 0" size="0.02"/>
    <frame pos="0.4 0 0"><attach model="hand" body="palm" prefix="h_"/></frame></body></worldbody>
    <actuator><motor name="turn" joint="turn" ctrlrange="-2 2"/></actuator></mujoco>)");
  ImportOptions options{.file = folder / "arm.xml", .out = folder / "out"};
  const ImportResult result = ImportRobot(options);
  const ModelPtr model = Load(result.model);
  const int grip = mj_name2id(model.get(), mjOBJ_JOINT, "h_grip");
  ASSERT_GE(grip, 0);
  EXPECT_NEAR(model->jnt_range[2 * grip + 1], M_PI / 2, 1e-12);
  EXPECT_EQ(model->nu, 2);
  EXPECT_EQ(result.end_effector, "h_pinch");
  const int palm = mj_name2id(model.get(), mjOBJ_BODY, "h_palm");
  EXPECT_NEAR(model->body_pos[3 * palm], 0.4, 1e-12);
  EXPECT_NEAR(model->body_mass[palm], 0.2, 1e-12);
}

TEST(NewerMjcf, AnotherModelHangsWhereTheUserSays) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "hand.xml", R"(<mujoco><worldbody><body name="palm">
    <freejoint/><geom name="palm" size="0.05" mass="0.3"/></body></worldbody></mujoco>)");
  WriteFileAtomically(folder / "arm.xml",
                      Arm(R"(<motor name="a" joint="shoulder" ctrlrange="-1 1"/>)"));
  ImportOptions options{.file = folder / "arm.xml",
                        .out = folder / "out",
                        .attach = (folder / "hand.xml").string() + "@tip"};
  const ModelPtr model = Load(ImportRobot(options).model);
  const int palm = mj_name2id(model.get(), mjOBJ_BODY, "hand_palm");
  ASSERT_GE(palm, 0);
  EXPECT_NEAR(model->body_pos[3 * palm], 0.25, 1e-12);
  EXPECT_EQ(model->nq, 2);
  options.attach = (folder / "hand.xml").string() + "@wrist";
  options.out = folder / "other";
  EXPECT_THROW(ImportRobot(options), UserError);
}

TEST(NewerMjcf, WeldsBetweenSitesHoldTheSites) {
  const Imported imported(R"(<mujoco><worldbody>
      <body name="a" pos="0 0 1"><joint name="j" axis="0 0 1"/><geom name="a" size="0.1"/>
        <site name="s1" pos="0.2 0 0" euler="0 0 90"/></body>
      <body name="b" pos="0.2 0 1"><freejoint name="f"/><geom name="b" size="0.1" pos="0 0 3"/>
        <site name="s2" pos="0 0.1 0"/></body></worldbody>
    <equality><weld name="w" site1="s1" site2="s2"/></equality>
    <actuator><motor name="m" joint="j" ctrllimited="true" ctrlrange="-1 1"/></actuator></mujoco>)");
  const mjModel* m = imported.model();
  // body b in body a, so that s2 lies in s1: s1 = (0.2 0 0) turned by 90 degrees
  const double* data = m->eq_data + 3;  // behind the anchor
  EXPECT_NEAR(data[0], 0.2 + 0.1, 1e-9);
  EXPECT_NEAR(data[1], 0, 1e-9);
  EXPECT_NEAR(data[3], std::cos(M_PI / 4), 1e-9);
  EXPECT_NEAR(data[6], std::sin(M_PI / 4), 1e-9);
}

TEST(NewerMjcf, JointTorqueSensorsAndOthers) {
  const Imported imported(Arm(R"(<motor name="a" joint="shoulder" ctrlrange="-1 1"/>)", "",
                              R"(<sensor><jointactuatorfrc name="torque" joint="shoulder"/>
                                 <e_kinetic name="energy"/></sensor>)"));
  EXPECT_EQ(imported.model()->nsensor, 1);
  EXPECT_EQ(imported.model()->sensor_type[0], mjSENS_ACTUATORFRC);
  EXPECT_TRUE(imported.Says(Kind::kInexact, "energy"));
}

TEST(NewerMjcf, WhatHasNoEquivalentIsRefusedWithItsLine) {
  const std::string refusal = Refusal(
      "<mujoco>\n<worldbody><body name=\"b\"><joint name=\"j\"/><geom size=\"0.1\"/>\n"
      "<flexcomp name=\"cloth\"/></body></worldbody>\n<magic power=\"9\"/></mujoco>");
  EXPECT_THAT(refusal, HasSubstr("flexcomp"));
  EXPECT_THAT(refusal, HasSubstr("robot.xml:3"));
  EXPECT_THAT(refusal, HasSubstr("unknown element <magic>"));
  EXPECT_THAT(refusal, HasSubstr("robot.xml:4"));
}

TEST(NewerMjcf, KeyframesThatDoNotFitAnyMoreAreLeftOut) {
  const Imported imported(Arm(R"(<motor name="a" joint="shoulder" ctrlrange="-1 1"/>)", "",
                              R"(<keyframe><key name="bad" qpos="1 2 3"/>
                                 <key name="home" qpos="0.1 0.2"/></keyframe>)"));
  EXPECT_EQ(imported.model()->nkey, 1);
  EXPECT_THAT(imported.task(), HasSubstr("keyframe = \"home\""));
}

// A model that the older engine reads as it is keeps its physics: default classes, actuators and
// includes are written out to the same compiled model.
class KeptPhysics : public testing::TestWithParam<const char*> {};

TEST_P(KeptPhysics, AcceleratesTheSame) {
  TemporaryFolder folder;
  const ImportOptions options{
      .file = sim::AssetFolder() / GetParam(), .out = folder / "out", .allow_outside = true};
  const ModelPtr imported = Load(ImportRobot(options).model);
  const ModelPtr original = Load(options.file);
  EXPECT_LT(WorstDifference(imported.get(), original.get(), 0.1), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Assets, KeptPhysics,
                         testing::Values("arm7/arm7.xml", "ant/ant.xml", "hopper/hopper.xml",
                                         "examples/cheetah_leg.xml"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase_if(name, [](char c) { return !std::isalnum(c); });
                           return name;
                         });

TEST(VersionTable, EveryRowIsNewerThanTheOldestEngineAndUnknownToIt) {
  const Schema& schema = Schema::OfEngine();
  for (const Newer& newer : NewerThings()) {
    EXPECT_GT(Version::Parse(newer.since), (Version{2, 2, 2})) << newer.Title();
    EXPECT_NE(newer.handler, nullptr);
    EXPECT_NE(*newer.done, '\0') << newer.Title();
    const bool plain = *newer.element != '*' && *newer.attribute && !*newer.value;
    // of what the engine has under the same name another use is meant
    static const std::set<std::string> kOtherUse{"compiler autolimits", "light range"};
    const bool older = Engine() < Version::Parse(newer.since);
    if (!plain || !older || kOtherUse.contains(newer.Title())) continue;
    const std::string section = newer.section == std::string("worldbody") ? "body" : newer.section;
    const std::string parent = section == newer.element ? "" : section;
    EXPECT_FALSE(schema.Knows(section, parent, newer.element, newer.attribute)) << newer.Title();
  }
}

TEST(VersionTable, FailuresToLoadAreExplainedWithFileLineAndCommand) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "motors.xml",
                      "<mujoco>\n<actuator>\n<position joint=\"j\" kp=\"1\" dampratio=\"1\"/>"
                      "</actuator></mujoco>");
  WriteFileAtomically(folder / "robot.xml", "<mujoco><include file=\"motors.xml\"/></mujoco>");
  const std::string why = ExplainLoadFailure(folder / "robot.xml").value_or("");
  EXPECT_THAT(why, HasSubstr("motors.xml:3: <position dampratio> came with MuJoCo 3.1.6"));
  EXPECT_THAT(why, HasSubstr(Engine().ToString()));
  EXPECT_THAT(why, HasSubstr("sinew import " + (folder / "robot.xml").string()));
  WriteFileAtomically(folder / "plain.xml",
                      "<mujoco><worldbody><body><joint range=\"-1 1\"/>"
                      "</body></worldbody></mujoco>");
  EXPECT_THAT(ExplainLoadFailure(folder / "plain.xml").value_or(""), HasSubstr("3.0.0"));
  WriteFileAtomically(folder / "old.xml", "<mujoco><worldbody><body/></worldbody></mujoco>");
  EXPECT_FALSE(ExplainLoadFailure(folder / "old.xml"));
}

}  // namespace
}  // namespace sinew::robots
