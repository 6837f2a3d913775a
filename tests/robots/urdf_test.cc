#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <cmath>

#include "robots/tree/meshes.h"
#include "tests/robots/importing.h"

namespace sinew::robots {
namespace {

using testing::HasSubstr;
using Kind = Report::Kind;

std::string Robot(const std::string& body) { return "<robot name=\"r\">" + body + "</robot>"; }

std::string Link(const std::string& name, const std::string& com = "0 0 0.1",
                 const std::string& shape = "") {
  return "<link name=\"" + name + "\"><inertial><origin xyz=\"" + com +
         "\"/><mass value=\"0.5\"/><inertia ixx=\"0.002\" iyy=\"0.003\" izz=\"0.004\" ixy=\"0\" "
         "ixz=\"0\" iyz=\"0\"/></inertial>" +
         shape + "</link>";
}

std::string Joint(
    const std::string& name, const std::string& parent, const std::string& child,
    const std::string& rest = "", const std::string& type = "revolute",
    const std::string& limit = R"(<limit lower="-1.5" upper="1.5" effort="4" velocity="5"/>)") {
  return "<joint name=\"" + name + "\" type=\"" + type + "\"><parent link=\"" + parent +
         "\"/><child link=\"" + child + "\"/>" + limit + rest + "</joint>";
}

TEST(Urdf, PendulumIsThatOfAHandWrittenModel) {
  const Imported imported(
      Robot(
          R"(<link name="base"/>)" +
          std::string(R"(<link name="rod"><inertial><origin xyz="0.1 0.2 -0.3" rpy="0.3 -0.4 0.5"/>
              <mass value="1.5"/><inertia ixx="0.02" iyy="0.03" izz="0.04" ixy="0.001"
              ixz="-0.002" iyz="0.003"/></inertial></link>)") +
          Joint("hinge", "base", "rod",
                R"(<origin xyz="0 0 1" rpy="0.2 0.1 -0.3"/><axis xyz="0 2 0"/>
                     <dynamics damping="0.3" friction="0.1"/>)")),
      "robot.urdf");
  // the tensor turned by hand: R I R^T with R = Rz(0.5) Ry(-0.4) Rx(0.3)
  Eigen::Matrix3d inertia;
  inertia << 0.02, 0.001, -0.002, 0.001, 0.03, 0.003, -0.002, 0.003, 0.04;
  const Eigen::Matrix3d r = (Eigen::AngleAxisd(0.5, Eigen::Vector3d::UnitZ()) *
                             Eigen::AngleAxisd(-0.4, Eigen::Vector3d::UnitY()) *
                             Eigen::AngleAxisd(0.3, Eigen::Vector3d::UnitX()))
                                .toRotationMatrix();
  const Eigen::Matrix3d turned = r * inertia * r.transpose();
  std::string full;
  for (const auto& [i, k] : {std::pair{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}})
    full += std::to_string(turned(i, k)) + " ";
  const ModelPtr by_hand = LoadText(
      R"(<mujoco><compiler angle="radian" eulerseq="XYZ"/><worldbody>
        <body pos="0 0 1" euler="0.2 0.1 -0.3"><joint name="hinge" axis="0 1 0" limited="true" range="-1.5 1.5"
          damping="0.3" frictionloss="0.1" armature="0.004" solreflimit="0.005 1"/>
        <inertial pos="0.1 0.2 -0.3" mass="1.5" fullinertia=")" +
      full + R"("/></body></worldbody>
      <actuator><motor joint="hinge" ctrllimited="true" ctrlrange="-4 4"/></actuator></mujoco>)");
  EXPECT_LT(WorstDifference(imported.model(), by_hand.get(), 4), 2e-4);
}

TEST(Urdf, EffortIsTheMotorsRange) {
  const Imported imported(Robot(Link("base") + Link("arm") + Joint("turn", "base", "arm")),
                          "robot.urdf");
  ASSERT_EQ(imported.model()->nu, 1);
  EXPECT_EQ(imported.model()->actuator_ctrlrange[0], -4);
  EXPECT_EQ(imported.model()->actuator_ctrlrange[1], 4);
  EXPECT_EQ(imported.model()->actuator_gear[0], 1);
  EXPECT_TRUE(imported.Says(Kind::kInexact, "velocity limits"));
}

TEST(Urdf, EffortsThatAreMissingFollowFromTheWeight) {
  const Imported imported(
      Robot(Link("base") + Link("arm", "0.2 0 0") +
            Joint("turn", "base", "arm", R"(<axis xyz="0 1 0"/>)", "continuous", "")),
      "robot.urdf");
  EXPECT_TRUE(imported.Says(Kind::kGuessed, "torques without a limit"));
  // twice the weight at the joint, and 20 rad/s^2 times I + m l^2
  const double expected = 2 * 0.5 * 9.81 * 0.2 + 20 * (0.003 + 0.5 * 0.04);
  EXPECT_NEAR(imported.model()->actuator_ctrlrange[1], expected, 0.02 * expected);
}

TEST(Urdf, MimicJointsFollowAndHaveNoMotor) {
  const Imported imported(Robot(Link("base") + Link("a") + Link("b") + Joint("lead", "base", "a") +
                                Joint("follow", "base", "b",
                                      R"(<mimic joint="lead" multiplier="-0.5" offset="0.1"/>)")),
                          "robot.urdf");
  const mjModel* m = imported.model();
  EXPECT_EQ(m->nu, 1);
  ASSERT_EQ(m->neq, 1);
  const DataPtr data = MakeData(m);
  mj_resetDataKeyframe(m, data.get(), 0);
  EXPECT_NEAR(data->qpos[1], 0.1, 1e-9);
  EXPECT_EQ(m->eq_data[0], 0.1);
  EXPECT_EQ(m->eq_data[1], -0.5);
}

TEST(Urdf, FixedLinksKeepTheirNamesAndTheToolIsFound) {
  const Imported imported(
      Robot(Link("base") + Link("one") + Link("two") + R"(<link name="tool0"/>)" +
            Joint("j1", "base", "one", R"(<axis xyz="0 0 1"/>)") +
            Joint("j2", "one", "two", R"(<origin xyz="0 0 0.2"/><axis xyz="0 1 0"/>)") +
            Joint("mount", "two", "tool0", R"(<origin xyz="0 0 0.15"/>)", "fixed", "")),
      "robot.urdf");
  const mjModel* m = imported.model();
  EXPECT_GE(mj_name2id(m, mjOBJ_BODY, "tool0"), 0);
  const int site = mj_name2id(m, mjOBJ_SITE, imported.result().end_effector.c_str());
  ASSERT_GE(site, 0);
  EXPECT_EQ(m->site_bodyid[site], mj_name2id(m, mjOBJ_BODY, "tool0"));
  EXPECT_FALSE(imported.result().floating);
  EXPECT_THAT(imported.task(), HasSubstr("goal = \"reach\""));
}

TEST(Urdf, FourLegsStand) {
  std::string text = Link("trunk");
  for (const std::string leg : {"fl", "fr", "rl", "rr"}) {
    const std::string x = leg[0] == 'f' ? "0.2" : "-0.2", y = leg[1] == 'l' ? "0.1" : "-0.1";
    const std::string foot =
        R"(<collision><origin xyz="0 0 -0.2"/><geometry><sphere radius="0.02"/></geometry></collision>)";
    text += Link(leg + "_thigh", "0 0 -0.1") + Link(leg + "_foot", "0 0 -0.1", foot) +
            Joint(leg + "_hip", "trunk", leg + "_thigh",
                  "<origin xyz=\"" + x + " " + y + " 0\"/><axis xyz=\"0 1 0\"/>") +
            Joint(leg + "_knee", leg + "_thigh", leg + "_foot",
                  R"(<origin xyz="0 0 -0.2"/><axis xyz="0 1 0"/>)");
  }
  const Imported imported(Robot(text), "robot.urdf");
  EXPECT_TRUE(imported.result().floating);
  EXPECT_EQ(imported.result().goal, "stand");
  const mjModel* m = imported.model();
  ASSERT_EQ(m->nkey, 1);
  // two links of 0.2 m and a foot of 2 cm above the floor
  EXPECT_NEAR(m->key_qpos[2], 0.42, 1e-6);
  ImportOptions options;
  options.base = BaseKind::kFixed;
  EXPECT_FALSE(Imported(Robot(text), "robot.urdf", options).result().floating);
}

TEST(Urdf, WhatTouchesAtRestDoesNotCollide) {
  const std::string ball = R"(<collision><geometry><sphere radius="0.1"/></geometry></collision>)";
  const Imported imported(
      Robot(Link("base", "0 0 0", ball) + Link("one") + Link("two", "0 0 0", ball) +
            Joint("j1", "base", "one") + Joint("j2", "one", "two")),
      "robot.urdf");
  EXPECT_TRUE(imported.Says(Kind::kGuessed, "base and two"));
  const DataPtr data = MakeData(imported.model());
  mj_forward(imported.model(), data.get());
  EXPECT_EQ(data->ncon, 0);
}

TEST(Urdf, InertiasThatNoBodyHasAreCorrected) {
  std::string text = Robot(Link("base") + Link("arm") + Joint("turn", "base", "arm"));
  const std::string before = "izz=\"0.004\"";
  text.replace(text.rfind(before), before.size(), "izz=\"0.04\"");
  const Imported imported(text, "robot.urdf");
  EXPECT_TRUE(imported.Says(Kind::kInexact, "inertias that no body can have"));
  const int arm = mj_name2id(imported.model(), mjOBJ_BODY, "arm");
  const double* moments = imported.model()->body_inertia + 3 * arm;
  EXPECT_GE(moments[1] + moments[2], moments[0]);
}

TEST(Urdf, JointsWithoutRoomAreFixedWhereTheyAre) {
  const Imported imported(
      Robot(Link("base") + Link("arm") + Link("hand") +
            Joint("turn", "base", "arm", R"(<axis xyz="0 0 1"/><origin xyz="0 0 1"/>)", "revolute",
                  R"(<limit lower="0.5" upper="0.5" effort="4" velocity="5"/>)") +
            Joint("bend", "arm", "hand", R"(<axis xyz="0 1 0"/><origin xyz="0.2 0 0"/>)")),
      "robot.urdf");
  const mjModel* m = imported.model();
  const int arm = mj_name2id(m, mjOBJ_BODY, "arm");
  ASSERT_GE(arm, 0);
  EXPECT_EQ(m->njnt, 1);
  EXPECT_NEAR(m->body_quat[4 * arm], std::cos(0.25), 1e-6);
  EXPECT_NEAR(m->body_quat[4 * arm + 3], std::sin(0.25), 1e-6);
  EXPECT_NEAR(m->body_pos[3 * arm + 2], 1, 1e-6);
}

TEST(Urdf, LimitsThatAreSwappedAreRefused) {
  const std::string refusal =
      Refusal(Robot(Link("base") + Link("arm") +
                    Joint("turn", "base", "arm", "", "revolute",
                          R"(<limit lower="1" upper="-1" effort="4" velocity="5"/>)")),
              "robot.urdf");
  EXPECT_THAT(refusal, testing::AllOf(HasSubstr("'turn'"), HasSubstr("swap")));
}

TEST(Urdf, XacroIsRefusedWithTheCommandThatExpandsIt) {
  EXPECT_THAT(Refusal(Robot(R"(<xacro:property name="x" value="1"/><link name="${x}"/>)"),
                      "robot.urdf.xacro"),
              HasSubstr("> robot.urdf"));
}

TEST(Urdf, NoTreeNoRobot) {
  EXPECT_THAT(
      Refusal(Robot(Link("a") + Link("b") + Joint("x", "a", "b") + Joint("y", "b", "a")), "r.urdf"),
      HasSubstr("circle"));
  EXPECT_THAT(Refusal(Robot(Link("a") + Link("b") + Link("c") + Joint("x", "a", "c") +
                            Joint("y", "b", "c")),
                      "r.urdf"),
              HasSubstr("two parents"));
  EXPECT_THAT(Refusal(Robot(Link("a") + Link("a")), "r.urdf"), HasSubstr("two links"));
  EXPECT_THAT(Refusal(Robot(Link("a") + Joint("x", "a", "ghost")), "r.urdf"), HasSubstr("ghost"));
  EXPECT_THAT(Refusal(Robot(Link("a") + Link("b")), "r.urdf"), HasSubstr("one tree"));
}

const std::string kTetrahedron = R"(solid t
facet normal 0 0 0 outer loop vertex 0 0 0
vertex 0 1 0
vertex 1 0 0
endloop endfacet facet normal 0 0 0 outer loop vertex 0 0 0
vertex 1 0 0
vertex 0 0 1
endloop endfacet facet normal 0 0 0 outer loop vertex 0 0 0
vertex 0 0 1
vertex 0 1 0
endloop endfacet facet normal 0 0 0 outer loop vertex 1 0 0
vertex 0 1 0
vertex 0 0 1
endloop endfacet
endsolid)";

TEST(Meshes, AsciiStlBecomesBinary) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "t.stl", kTetrahedron);
  const MeshBytes mesh = ReadMesh(folder / "t.stl", {});
  EXPECT_EQ(mesh.bytes.size(), 84u + 4 * 50);
  EXPECT_THAT(mesh.conversion, HasSubstr("ASCII"));
}

TEST(Meshes, ColladaIsPlacedByItsScene) {
  const std::string text = R"(<COLLADA><asset><unit meter="0.01"/></asset>
    <library_geometries><geometry id="g"><mesh>
      <source id="p"><float_array count="12">0 0 0 100 0 0 0 100 0 0 0 100</float_array></source>
      <vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
      <triangles count="1"><input semantic="VERTEX" source="#v" offset="0"/>
        <input semantic="NORMAL" source="#n" offset="1"/><p>0 0 1 0 3 0</p></triangles>
      <polylist count="1"><input semantic="VERTEX" source="#v" offset="0"/>
        <vcount>4</vcount><p>0 1 2 3</p></polylist></mesh></geometry></library_geometries>
    <library_visual_scenes><visual_scene><node><translate>0 0 100</translate>
      <instance_geometry url="#g"/></node></visual_scene></library_visual_scenes></COLLADA>)";
  const Triangles triangles = ParseCollada(text, "m.dae", {});
  ASSERT_EQ(triangles.count(), 3u);  // a triangle and a quadrilateral
  EXPECT_NEAR(triangles.corners[0][2], 1, 1e-6);
  EXPECT_NEAR(triangles.corners[1][0], 1, 1e-6);
  EXPECT_NEAR(triangles.corners[2][2], 2, 1e-6);
}

class PackageTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_ / "my_robot/urdf");
    std::filesystem::create_directories(folder_ / "my_robot/meshes");
    std::filesystem::create_directories(folder_ / "elsewhere/meshes");
    WriteFileAtomically(folder_ / "my_robot/meshes/t.stl", kTetrahedron);
    WriteFileAtomically(folder_ / "elsewhere/meshes/t.stl", kTetrahedron);
  }
  std::string Try(const std::string& mesh, ImportOptions options = {}) {
    const std::string shape = "<collision><geometry><mesh scale=\"0.1 0.1 0.1\" filename=\"" +
                              mesh + "\"/></geometry></collision>";
    WriteFileAtomically(
        folder_ / "my_robot/urdf/r.urdf",
        Robot(Link("base") + Link("arm", "0.1 0 0", shape) + Joint("turn", "base", "arm")));
    options.file = folder_ / "my_robot/urdf/r.urdf";
    options.out = folder_ / "out";
    std::filesystem::remove_all(options.out);
    try {
      ImportRobot(options);
      return std::filesystem::exists(folder_ / "out/assets/t.stl") ? "" : "no mesh";
    } catch (const UserError& error) {
      return error.what();
    }
  }
  TemporaryFolder folder_;
};

TEST_F(PackageTest, IsFoundAboveTheFileOrWhereTheUserSays) {
  EXPECT_EQ(Try("package://my_robot/meshes/t.stl"), "");
  EXPECT_THAT(Try("package://unknown_pkg/meshes/t.stl"), HasSubstr("--package unknown_pkg="));
  ImportOptions options;
  options.packages["other"] = folder_ / "elsewhere";
  EXPECT_EQ(Try("package://other/meshes/t.stl", options), "");
  EXPECT_THAT(Try("package://other/../my_robot/meshes/t.stl", options), HasSubstr("outside"));
}

TEST_F(PackageTest, NothingOutsideIsRead) {
  EXPECT_THAT(Try("../meshes/t.stl"), HasSubstr("--allow-outside"));
  EXPECT_THAT(Try("/etc/passwd"), HasSubstr("--allow-outside"));
  ImportOptions options;
  options.allow_outside = true;
  EXPECT_EQ(Try("../meshes/t.stl", options), "");
  WriteFileAtomically(folder_ / "my_robot/package.xml", "<package/>");
  EXPECT_EQ(Try("../meshes/t.stl"), "");
  std::filesystem::create_symlink("/etc/passwd", folder_ / "my_robot/meshes/link.stl");
  EXPECT_THAT(Try("package://my_robot/meshes/link.stl"), HasSubstr("outside"));
}

}  // namespace
}  // namespace sinew::robots
