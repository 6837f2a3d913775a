#include "tasks/file/task_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/error.h"
#include "sim/check/task_check.h"
#include "sim/env.h"
#include "tasks/file/observation_pieces.h"
#include "tasks/parts/target_path.h"
#include "tasks/registry.h"
#include "tests/tasks/sled_folder.h"

namespace sinew::tasks {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

TEST_F(TaskFileTest, SaysWhatTheFileSays) {
  const auto task = Make(kReach);
  const spec::TaskSpec& spec = task->spec();
  EXPECT_EQ(spec.name, "sled.toml");
  EXPECT_EQ(spec.substeps, 2);
  EXPECT_EQ(spec.time_limit, 125);
  ASSERT_EQ(spec.reward_terms.size(), 2u);
  EXPECT_EQ(spec.reward_terms[0].name, "distance");
  EXPECT_EQ(spec.success[0].name, "5cm");
  // 2 joints' angles and velocities, three points
  EXPECT_EQ(spec.obs_dim(), 13);
  EXPECT_EQ(spec.observation[0].name, "angle_rail");
  EXPECT_EQ(spec.observation[0].unit, "m");
}

TEST_F(TaskFileTest, RewardsAreWeightedTermsOfTheState) {
  sim::Env env(Make(kReach), 1);
  const float half = 0.5;
  env.Step(std::span(&half, 1));
  const double distance = env.goal_distance();
  EXPECT_NEAR(env.reward_terms()[0], -2 * distance, 1e-12);
  // the square of half of the largest control
  EXPECT_NEAR(env.reward_terms()[1], -0.5 * 0.25, 1e-12);
  EXPECT_NEAR(distance,
              std::abs(env.simulation().data()->mocap_pos[0] - env.simulation().qpos()[0]), 1e-12);
}

TEST_F(TaskFileTest, StartsAndTargetsFillWhatTheFileAllows) {
  sim::Env env(Make(kReach + "[task.reset]\nkeyframe = \"left\"\nposition = 0.2\nvelocity = 0.3\n"),
               1);
  double low = 1, high = -1, target = 0, speed = 0;
  for (int k = 0; k < 200; ++k) {
    env.ResetToEpisode(k);
    low = std::min(low, env.simulation().qpos()[0]);
    high = std::max(high, env.simulation().qpos()[0]);
    speed = std::max(speed, std::abs(env.simulation().qvel()[0]));
    target = std::max(target, std::abs(env.simulation().data()->mocap_pos[0]));
    EXPECT_EQ(env.simulation().data()->mocap_pos[2], 0.5);
  }
  EXPECT_GE(low, -0.7);
  EXPECT_LT(low, -0.69);
  EXPECT_GT(high, -0.31);
  EXPECT_GT(speed, 0.28);
  EXPECT_LE(speed, 0.3);
  EXPECT_GT(target, 0.49);
  EXPECT_LE(target, 0.5);
}

TEST_F(TaskFileTest, EveryGoalPassesItsChecks) {
  const std::string head =
      "[task]\nmodel = \"sled.xml\"\nsite = \"tip\"\nroot = \"sled\"\n"
      "object = \"puck\"\ngoal = ";
  const std::map<std::string, std::string> goals{
      {"reach",
       "observation = [\"joint_angles\", \"joint_velocities\", \"controls\"]\n"
       "[task.reward]\ndistance = 1\nprecision = 1\n"},
      {"track",
       "observation = [\"joint_cos_sin\", \"target_velocity\", \"sensor:speed\"]\n"
       "[task.reward]\ndistance = 1\njoint_speed = 0.1\n"},
      {"push",
       "observation = [\"joint_angles\", \"joint_velocities\"]\n"
       "[task.target]\nlow = [0.5, 0, 0.5]\nhigh = [0.8, 0, 0.5]\n"
       "[task.reward]\nobject_distance = 1\nobject_precision = 1\nhand_distance = 0.1\n"},
      {"run",
       "observation = [\"joint_angles\", \"joint_velocities\"]\n"
       "[task.reward]\nrun = 1\nalive = 1\nupright = 1\n"},
      {"stand",
       "observation = [\"joint_angles\", \"joint_velocities\"]\n"
       "[task.reward]\nstand = 1\njoint_speed = 0.1\n"}};
  for (const auto& [goal, rest] : goals) {
    const auto report = sim::CheckTask(Make(head + '"' + goal + "\"\n" + rest));
    EXPECT_TRUE(report.passed()) << goal << "\n" << report.ToString();
  }
}

TEST_F(TaskFileTest, AMovingTargetFollowsItsPath) {
  sim::Env env(Make(R"([task]
model = "sled.xml"
goal = "track"
site = "tip"
[task.target]
low = [0, 0, 0.5]
high = [0, 0, 0.5]
amplitude = 0.3
frequency = 0.5
[task.reward]
distance = 1
)"),
               3);
  const auto path = TargetPath::Load(env.simulation(), 0);
  EXPECT_TRUE(path.amplitude == Eigen::Vector3d(0.3, 0.3, 0.3));
  const float zero = 0;
  for (int k = 0; k < 50; ++k) env.Step(std::span(&zero, 1));
  // half of a period of 2 s
  EXPECT_NEAR(env.simulation().data()->time, 1, 1e-9);
  const Eigen::Vector3d expected = path.centre - 0.3 * path.phase.array().sin().matrix();
  EXPECT_LT(
      (Eigen::Map<const Eigen::Vector3d>(env.simulation().data()->mocap_pos) - expected).norm(),
      1e-9);
}

TEST_F(TaskFileTest, FallingEndsTheEpisode) {
  sim::Env env(Make("[task]\nmodel = \"sled.xml\"\nroot = \"sled\"\ngoal = \"stand\"\n"
                    "[task.reward]\nalive = 1\n[task.end]\nheight = 0.6\n"),
               1);
  const float zero = 0;
  EXPECT_TRUE(env.Step(std::span(&zero, 1)).terminated) << "the sled runs at 0.5 m";
}

TEST_F(TaskFileTest, RandomisationStandsInTheSameFile) {
  const auto task = Make(kReach + "[randomize]\nmass = 0.2\n");
  EXPECT_EQ(task->spec().randomization.mass, 0.2);
  EXPECT_FALSE(sim::Env(task, 1).drawn_physics().empty());
}

TEST_F(TaskFileTest, ACurriculumBeginsAtTheGoalsKeyframe) {
  const std::string key = "[task.reset]\ngoal_keyframe = \"left\"\n";
  Random random(1);
  const auto reach = Make(kReach + key);
  sim::Simulation simulation = reach->MakeSimulation();
  EXPECT_TRUE(reach->ResetAtGoal(simulation, random));
  simulation.Forward();
  EXPECT_EQ(simulation.qpos()[0], -0.5);
  EXPECT_EQ(reach->GoalDistance(simulation), 0);

  const auto push = Make(
      "[task]\nmodel = \"sled.xml\"\ngoal = \"push\"\nsite = \"tip\"\n"
      "object = \"puck\"\n[task.target]\nlow = [0.5, 0, 0.5]\n"
      "high = [0.8, 0, 0.5]\n[task.reward]\nobject_distance = 1\n" +
      key);
  simulation = push->MakeSimulation();
  EXPECT_TRUE(push->ResetAtGoal(simulation, random));
  simulation.Forward();
  EXPECT_EQ(simulation.qpos()[1], 0.1);
  EXPECT_EQ(push->GoalDistance(simulation), 0);

  EXPECT_FALSE(Make(kReach)->ResetAtGoal(simulation, random)) << "it knows of no such pose";
  EXPECT_THAT(ErrorOf(kReach + "[task.reset]\ngoal_keyframe = \"right\"\n"),
              AllOf(HasSubstr("right"), HasSubstr("left")));
}

TEST_F(TaskFileTest, SettingsOfAgentAndTrainingAreLeftToThem) {
  EXPECT_EQ(ErrorOf(kReach + "[agent]\nanything = 3\n[train]\nsteps = 10\n"
                             "[curriculum]\nshare = 0.5\n"),
            "");
}

TEST_F(TaskFileTest, OtherSectionsAreNoneOfTheAgents) {
  EXPECT_THAT(ErrorOf(kReach + "[agent2]\nanything = 3\n"), HasSubstr("agent2"));
  EXPECT_EQ(ErrorOf(kReach + " [ agent.noise ]  # of exploration\nanything = 3\n"), "");
}

TEST_F(TaskFileTest, ALongLineIsNoTrouble) {
  EXPECT_THAT(ErrorOf("[" + std::string(1 << 20, 'x') + "\n"), HasSubstr("sled.toml:"));
  EXPECT_EQ(ErrorOf(kReach + std::string(1 << 20, ' ') + "[agent]\nanything = 3\n"), "");
}

TEST_F(TaskFileTest, EveryObservationHasAFrame) {
  const auto task = Make(
      "[task]\nmodel = \"sled.xml\"\ngoal = \"push\"\nsite = \"tip\"\nobject = \"puck\"\n"
      "root = \"sled\"\ntarget = {low = [0, 0, 0], high = [1, 1, 1]}\n"
      "reward = {object_distance = 1}\nobservation = [\"joint_angles\", \"joint_cos_sin\", "
      "\"joint_velocities\", \"controls\", \"site_position\", \"object_to_site\", "
      "\"root_height\", \"root_up\", \"sensor:speed\"]\n");
  std::map<std::string, std::string> frames;
  for (const auto& element : task->spec().observation) frames[element.name] = element.frame;
  EXPECT_EQ(frames["angle_rail"], "joint");
  EXPECT_EQ(frames["position_puck"], "joint");
  EXPECT_EQ(frames["velocity_rail"], "joint");
  EXPECT_EQ(frames["control_push"], "actuator");
  EXPECT_EQ(frames["site_position_x"], "world");
  EXPECT_EQ(frames["root_height"], "world");
  EXPECT_EQ(frames["root_up_z"], "root");
  EXPECT_EQ(frames["speed"], "joint");
  for (const auto& [name, frame] : frames) EXPECT_NE(frame, "") << name;
}

TEST_F(TaskFileTest, ARecordNeedsNoFile) {
  const auto original = ReadTaskFile(Write(kReach));
  OptionTable table("task");
  original->Describe(table);
  const auto recorded = MakeRecordedTaskFile("sled.toml");
  OptionTable again("task");
  recorded->Describe(again);
  for (const auto& entry : table.entries()) again.Set(entry.key, entry.get());
  fs::remove(folder_ / "sled.toml");
  const auto task = recorded->Build();
  EXPECT_EQ(task->spec().name, "sled.toml");
  EXPECT_EQ(task->MakeSimulation().model_hash(), original->Build()->MakeSimulation().model_hash());
}

TEST_F(TaskFileTest, ReachableTargetsNeedNoBox) {
  sim::Env env(Make("[task]\nmodel = \"sled.xml\"\nsite = \"tip\"\n[task.reward]\ndistance = 1\n"),
               1);
  double farthest = 0;
  for (int k = 0; k < 100; ++k) {
    env.ResetToEpisode(k);
    farthest = std::max(farthest, std::abs(env.simulation().data()->mocap_pos[0]));
    EXPECT_EQ(env.simulation().data()->mocap_pos[2], 0.5) << "on the rail";
  }
  EXPECT_GT(farthest, 0.9);
  EXPECT_LE(farthest, 1);
}

TEST_F(TaskFileTest, MistakesAreNamedWithWhatIsValid) {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string text = kReach;
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_THAT(ErrorOf(with("\"tip\"", "\"tipp\"")), AllOf(HasSubstr("'tipp'"), HasSubstr("tip")));
  EXPECT_THAT(ErrorOf(with("goal = \"reach\"", "goal = \"fly\"")), HasSubstr("reach, track, push"));
  EXPECT_THAT(ErrorOf(with("sled.xml", "sledge.xml")), HasSubstr("no such MJCF"));
  EXPECT_THAT(ErrorOf(with("distance = 2.0", "distence = 2.0")),
              AllOf(HasSubstr("sled.toml:9"), HasSubstr("'reward.distance'")));
  EXPECT_THAT(ErrorOf(with("distance = 2.0", "distance = -2.0")), HasSubstr("from 0 to 1000"));
  EXPECT_THAT(ErrorOf(with("distance = 2.0\neffort = 0.5", "")), HasSubstr("object_distance"));
  EXPECT_THAT(ErrorOf(with("distance = 2.0", "run = 2.0")),
              AllOf(HasSubstr("task.reward.run"), HasSubstr("task.root")));
  EXPECT_THAT(ErrorOf(with("low = [-0.5, 0, 0.5]", "low = [-0.5, 0]")),
              HasSubstr("three numbers each"));
  EXPECT_THAT(ErrorOf(with("low = [-0.5, 0, 0.5]", "low = [0.6, 0, 0.5]")),
              HasSubstr("0.6 and 0.5 along x"));
  EXPECT_THAT(ErrorOf(with("site = \"tip\"", "site = \"tip\"\ncontrol_period = 0.015")),
              HasSubstr("steps of 0.01 s"));
  EXPECT_THAT(ErrorOf(with("site = \"tip\"", "site = \"tip\"\nobservation = [\"joint_angle\"]")),
              AllOf(HasSubstr("'joint_angle'"), HasSubstr("'joint_angles'")));
  EXPECT_THAT(ErrorOf(with("site = \"tip\"", "site = \"tip\"\nobservation = [\"sensor:x\"]")),
              HasSubstr("speed"));
  EXPECT_THAT(ErrorOf(with("site = \"tip\"", "site = \"tip\"\nobservation = [\"root_up\"]")),
              HasSubstr("task.root"));
  EXPECT_THAT(ErrorOf(with("site = \"tip\"\n", "")), HasSubstr("goal 'reach' needs task.site"));
  EXPECT_THAT(ErrorOf(with("model = \"sled.xml\"\n", "")), HasSubstr("task.model"));
  EXPECT_THAT(ErrorOf(kReach + "[task.success]\nhold = 1000\n"), HasSubstr("125 steps"));
  EXPECT_THAT(ErrorOf(kReach + "[rewards]\nx = 1\n"), HasSubstr("'rewards'"));
  EXPECT_THAT(ErrorOf("[task\n"), HasSubstr("sled.toml:"));
  EXPECT_THROW(MakeTask("nowhere.toml"), UserError);
}

TEST(TaskFileExamplesTest, Pass) {
  for (const auto& entry : fs::directory_iterator(sim::AssetFolder() / "examples")) {
    if (entry.path().extension() != ".toml") continue;
    const auto report = sim::CheckTask(MakeTask(entry.path().string()));
    EXPECT_TRUE(report.passed()) << report.ToString();
  }
}

TEST(ObservationPiecesTest, AreSortedAndSayWhatTheyAre) {
  EXPECT_TRUE(std::ranges::is_sorted(ObservationPieces(), {}, &ObservationPiece::name));
  for (const ObservationPiece& piece : ObservationPieces()) EXPECT_FALSE(piece.help.empty());
}

TEST(CheckNamesTest, ElementsAndJointsAreToldApartByTheirNames) {
  spec::TaskSpec spec;
  spec.observation = {{"angle", "rad"}, {"velocity", "rad/s"}};
  spec.action = {{"one"}, {"two"}};
  EXPECT_NO_THROW(spec::CheckNames(spec));
  spec.observation.push_back({"angle", "rad"});
  EXPECT_THAT([&] { spec::CheckNames(spec); },
              testing::ThrowsMessage<UserError>(testing::HasSubstr("called 'angle'")));
  spec.observation.pop_back();
  spec.action.push_back({"one"});
  EXPECT_THAT([&] { spec::CheckNames(spec); },
              testing::ThrowsMessage<UserError>(testing::HasSubstr("one action is called 'one'")));
}

}  // namespace
}  // namespace sinew::tasks
