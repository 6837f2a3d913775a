// What a task file makes of other models.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "sim/check/task_check.h"
#include "sim/env.h"
#include "tests/tasks/sled_folder.h"

namespace sinew::tasks {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// the sled's model with one text in place of another
class OtherModelTest : public TaskFileTest {
 protected:
  void Change(const std::string& from, const std::string& to,
              const std::string& name = "sled.xml") {
    std::ifstream stream(folder_ / "sled.xml");
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    ASSERT_NE(text.find(from), std::string::npos);
    text.replace(text.find(from), from.size(), to);
    stream.close();
    std::ofstream(folder_ / name) << text;
  }
};

TEST_F(OtherModelTest, AServoIsCommandedByItsTarget) {
  Change("<motor name=\"push\" joint=\"rail\" ctrllimited=\"true\" ctrlrange=\"-5 5\"/>",
         "<position name=\"push\" joint=\"rail\" kp=\"30\" ctrllimited=\"true\" "
         "ctrlrange=\"0.2 0.8\" forcelimited=\"true\" forcerange=\"-4 4\"/>");
  const auto task = Make(kReach);
  const spec::ActionElement& rail = task->spec().action[0];
  EXPECT_EQ(rail.kind, spec::ActionKind::kPosition);
  EXPECT_DOUBLE_EQ(rail.low(), 0.2);
  EXPECT_DOUBLE_EQ(rail.torque_high, 4);
  // a share of its range is about its middle, and stays within it
  std::string scaled = kReach;
  scaled.insert(scaled.find("[task.target]"), "torque_scale = 0.5\n");
  const spec::ActionElement half = Make(scaled)->spec().action[0];
  EXPECT_DOUBLE_EQ(half.low(), 0.35);
  EXPECT_DOUBLE_EQ(half.high(), 0.65);
  EXPECT_TRUE(sim::CheckTask(task).passed()) << sim::CheckTask(task).ToString();
}

TEST_F(OtherModelTest, ActuatorsThatCannotBeSaidAreListed) {
  Change("<motor name=\"push\"", "<motor name=\"bare\" joint=\"puck\"/><motor name=\"push\"");
  Change("ctrlrange=\"-5 5\"/>",
         "ctrlrange=\"-5 5\"/>"
         "<muscle name=\"calf\" joint=\"rail\" ctrllimited=\"true\" ctrlrange=\"0 1\"/>");
  EXPECT_THAT(ErrorOf(kReach), AllOf(HasSubstr("2 of 3 actuators"), HasSubstr("'calf': it is a"),
                                     HasSubstr("'bare': it has no ctrlrange")));
}

TEST_F(OtherModelTest, AnyTaskTakesTargets) {
  std::string text = kReach;
  text.insert(text.find("[task.target]"), "action = \"position\"\naction_kp = [50.0]\n");
  const auto task = Make(text);
  EXPECT_EQ(task->spec().action[0].kind, spec::ActionKind::kPosition);
  EXPECT_DOUBLE_EQ(task->spec().action[0].kp, 50);
  // the joint's range
  EXPECT_DOUBLE_EQ(task->spec().action[0].low(), -1);
  EXPECT_TRUE(sim::CheckTask(task).passed()) << sim::CheckTask(task).ToString();
}

TEST_F(OtherModelTest, WhatNothingMovesHasItsReason) {
  const auto task = Make(kReach);
  const auto find = [&](const std::string& name) {
    return *std::ranges::find(task->spec().observation, name, &spec::ObservationElement::name);
  };
  EXPECT_EQ(find("site_position_x").constant_reason, "");
  EXPECT_NE(find("site_position_z").constant_reason, "");
}

TEST_F(OtherModelTest, NamesAreTheirOwn) {
  std::string text = kReach;
  text.insert(text.find("[task.target]"),
              "observation = [\"joint_angles\", \"joint_angles\", \"target_error\"]\n");
  EXPECT_THAT(ErrorOf(text), AllOf(HasSubstr("'angle_rail'"), HasSubstr("list a piece once")));
}

TEST_F(OtherModelTest, AModelMayBeCalledModelAndItsGeomTarget) {
  Change("<geom name=\"sled\"", "<geom name=\"target\"", "model.xml");
  std::string text = kReach;
  text.replace(text.find("sled.xml"), 8, "model.xml");
  EXPECT_EQ(ErrorOf(text), "");
}

TEST_F(OtherModelTest, AnEndHeightOfZeroIsNoEnd) {
  Change("<body name=\"sled\" pos=\"0 0 0.5\">", "<body name=\"sled\" pos=\"0 0 -0.5\">");
  const auto task = Make(
      "[task]\nmodel = \"sled.xml\"\ngoal = \"run\"\nroot = \"sled\"\n"
      "time_limit = 1.0\nreward.run = 1.0\n");
  sim::Env env(task, 1);
  int steps = 1;
  while (!env.Step(std::vector<float>{0}).done()) ++steps;
  EXPECT_EQ(steps, 50);
  EXPECT_THAT(task->Doubts(), testing::Contains(HasSubstr("end.height")));
}

// every number of the user's own bodies and geoms is the same with the target in the model
TEST_F(OtherModelTest, ATargetChangesNoMass) {
  for (const char* compiler : {"<compiler settotalmass=\"7\"/>", "<compiler boundmass=\"0.2\"/>"}) {
    Change("<worldbody>", compiler + std::string("<worldbody>"));
    const auto plain = sim::Simulation::FromFile(folder_ / "sled.xml");
    const auto simulation = Make(kReach)->MakeSimulation();
    ASSERT_EQ(simulation.model()->nbody, plain.model()->nbody + 1);
    for (const char* name : {"sled", "puck"}) {
      const int body = plain.Id(mjOBJ_BODY, name);
      const auto expect = [&](const double* with, const double* without) {
        EXPECT_NEAR(with[body] / without[body], 1, 1e-11) << name;
      };
      expect(simulation.model()->body_mass, plain.model()->body_mass);
      expect(simulation.model()->body_subtreemass, plain.model()->body_subtreemass);
    }
    Change(compiler, "");
  }
}

TEST_F(OtherModelTest, AKeyframeMayPlaceBodiesOfItsOwn) {
  Change("<body name=\"puck\"",
         "<body name=\"lamp\" mocap=\"true\" pos=\"0 0 2\"><geom size=\"0.1\" contype=\"0\" "
         "conaffinity=\"0\"/></body><body name=\"puck\"");
  Change("qpos=\"-0.5 0.1\"", "qpos=\"-0.5 0.1\" mpos=\"0 1 2\" mquat=\"0 0 1 0\"");
  const auto simulation = Make(kReach)->MakeSimulation();
  EXPECT_EQ(simulation.model()->nmocap, 2);
  EXPECT_EQ(simulation.model()->key_mpos[1], 1);
  EXPECT_EQ(simulation.model()->key_mquat[2], 1);
}

TEST_F(OtherModelTest, AModelMayBeMadeOfFiles) {
  Change("<sensor><jointvel name=\"speed\" joint=\"rail\"/></sensor>",
         "<include file=\"model.xml\"/>");
  std::ofstream(folder_ / "model.xml")
      << "<mujoco><sensor><jointvel name=\"speed\" joint=\"rail\"/></sensor></mujoco>";
  EXPECT_EQ(Make(kReach)->MakeSimulation().model()->nsensor, 1);
}

// a belt: the puck goes where the sled comes from
class BeltTest : public OtherModelTest {
 protected:
  BeltTest() {
    Change(
        "<actuator>",
        "<equality><joint name=\"belt\" joint1=\"puck\" joint2=\"rail\" polycoef=\"0 -1 0 0 0\"/>"
        "</equality><actuator>");
  }
};

TEST_F(BeltTest, StartsKeepIt) {
  const auto task = Make(kReach + "[task.reset]\nposition = 0.1\nvelocity = 0.3\n");
  sim::Env env(task, 1);
  double spread = 0;
  for (int k = 0; k < 20; ++k) {
    env.ResetToEpisode(k);
    const auto q = env.simulation().qpos(), v = env.simulation().qvel();
    EXPECT_NEAR(q[1], -q[0], 1e-8);
    EXPECT_NEAR(v[1], -v[0], 1e-8);
    spread = std::max(spread, std::abs(q[0]));
  }
  EXPECT_GT(spread, 0.05);
  EXPECT_TRUE(sim::CheckTask(task).passed()) << sim::CheckTask(task).ToString();
}

// where nothing says where targets are, they are where the end effector can go
TEST_F(BeltTest, TargetsKeepIt) {
  Change("range=\"-1 1\"", "range=\"-0.1 0.1\"");
  Change("<site name=\"tip\"/>", "");
  Change("<geom name=\"puck\"", "<site name=\"tip\"/><geom name=\"puck\"");
  std::string text = kReach;
  text.erase(text.find("[task.target]"), text.find("[task.reward]") - text.find("[task.target]"));
  const auto task = Make(text);
  sim::Env env(task, 1);
  for (int k = 0; k < 20; ++k) {
    env.ResetToEpisode(k);
    // the puck stands at 0.4 m, and the rail lets it go by 0.1 m
    EXPECT_NEAR(env.simulation().data()->mocap_pos[0], 0.4, 0.1 + 1e-6);
  }
}

}  // namespace
}  // namespace sinew::tasks
