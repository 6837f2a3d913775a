// A task file's way through the program: check, train, evaluate, export, verify.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "tests/apps/program.h"

namespace sinew::apps {
namespace {

using testing::HasSubstr;

class TaskFileProgramTest : public testing::Test {
 protected:
  TaskFileProgramTest() {
    std::filesystem::create_directory(scratch_ / "robot");
    std::ofstream(scratch_ / "robot/sled.xml") << R"(<mujoco>
      <option timestep="0.01"/>
      <worldbody>
        <body name="sled" pos="0 0 0.5">
          <joint name="rail" type="slide" axis="1 0 0" damping="2" limited="true" range="-1 1"/>
          <geom name="sled" type="sphere" size="0.05" mass="1"/>
          <site name="tip"/>
        </body>
      </worldbody>
      <actuator><motor name="push" joint="rail" ctrllimited="true" ctrlrange="-5 5"/></actuator>
    </mujoco>)";
    std::ofstream(scratch_ / "robot/sled.toml") << R"([task]
model = "sled.xml"
goal = "reach"
site = "tip"
control_period = 0.05
time_limit = 2
observation = ["joint_angles", "joint_velocities", "target_error"]
[task.target]
low = [-0.8, 0, 0.5]
high = [0.8, 0, 0.5]
[task.reward]
distance = 1
[randomize]
mass = 0.2
[agent]
actor_hidden = [32, 32]
critic_hidden = [32, 32]
gamma = 0.9
learning_starts = 500
[train]
steps = 12000
num_envs = 4
final_episodes = 20
eval_episodes = 5
)";
  }

  Outcome Sinew(const std::vector<std::string>& arguments) const {
    return scratch_.Sinew(arguments);
  }

  Scratch scratch_;
};

TEST_F(TaskFileProgramTest, GoesTheWholeWayEvenWithoutTheFile) {
  const Outcome check = Sinew({"check", "robot/sled.toml"});
  // the observation lists y and z, in which a sled on a rail has nothing to say
  EXPECT_EQ(check.status, 0) << check.err;
  EXPECT_THAT(check.out, HasSubstr("constant for a reason: target_error_y"));

  const Outcome trained = Sinew({"train", "robot/sled.toml", "--quiet", "--seed", "101"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  const std::filesystem::path run = scratch_ / "runs/sled-ddpg-s101";
  EXPECT_TRUE(std::filesystem::exists(run / "task.toml"));
  EXPECT_THAT(ReadFile(run / "config.toml"), HasSubstr("robot/sled.xml\""));

  // the record is enough: the file may go
  std::filesystem::remove(scratch_ / "robot/sled.toml");
  const Outcome eval =
      Sinew({"eval", run.string(), "--episodes", "50", "--json", "--table", "e.csv"});
  ASSERT_EQ(eval.status, 0) << eval.err;
  const auto json = nlohmann::json::parse(eval.out);
  EXPECT_EQ(json["task"], "sled.toml");
  const Outcome zero =
      Sinew({"eval", (run / "final.policy").string(), "--episodes", "50", "--json"});
  EXPECT_EQ(nlohmann::json::parse(zero.out)["mean"], json["mean"]) << "file and folder agree";
  // without an action only a target that happens to lie at the start is met
  EXPECT_GT(json["success_rate"].get<double>(), 0.8);
  EXPECT_THAT(ReadFile(scratch_ / "e.csv"), HasSubstr("diverged,mass.sled,"));

  const Outcome exported =
      Sinew({"export", run.string(), "--format", "c", "--out", "c", "--vectors", "50"});
  ASSERT_EQ(exported.status, 0) << exported.err;
  EXPECT_EQ(Sinew({"verify", "c", "--episodes", "3"}).status, 0);

  // a model that has changed is another task
  std::string model = ReadFile(scratch_ / "robot/sled.xml");
  model.replace(model.find("mass=\"1\""), 8, "mass=\"2\"");
  std::ofstream(scratch_ / "robot/sled.xml") << model;
  const Outcome changed = Sinew({"eval", run.string()});
  EXPECT_EQ(changed.status, 2);
  EXPECT_THAT(changed.err, HasSubstr("model"));
}

TEST_F(TaskFileProgramTest, AProjectThatMovesTakesItsModelAlong) {
  ASSERT_EQ(Sinew({"train", "robot/sled.toml", "--quiet", "--steps", "2000", "--out", "robot/run"})
                .status,
            0);
  std::filesystem::rename(scratch_ / "robot", scratch_ / "moved");
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"eval", "moved/run", "--episodes", "3"},
           {"eval", "moved/run/final.policy", "--episodes", "3"},
           {"export", "moved/run", "--out", "moved/c", "--vectors", "50"},
           {"verify", "moved/c", "--episodes", "2"},
           {"resume", "moved/run", "--quiet"}}) {
    const Outcome outcome = Sinew(command);
    EXPECT_EQ(outcome.status, 0) << command.front() << ": " << outcome.err;
  }
  // a policy beside its model, both in the present folder
  for (const char* file : {"run/final.policy", "sled.xml"}) {
    const std::filesystem::path from = scratch_ / (std::string("moved/") + file);
    std::filesystem::copy_file(from, scratch_ / from.filename().string());
  }
  const Outcome alone = Sinew({"eval", "final.policy", "--episodes", "2"});
  EXPECT_EQ(alone.status, 0) << alone.err;
  std::filesystem::remove(scratch_ / "sled.xml");
  std::filesystem::remove(scratch_ / "moved/sled.xml");
  const Outcome lost = Sinew({"eval", "moved/run"});
  EXPECT_EQ(lost.status, 2);
  EXPECT_THAT(lost.err, HasSubstr("put sled.xml into"));
}

// what is handed on says nothing of the folders of the machine that it was made on
TEST_F(TaskFileProgramTest, AnExportNamesNoFolderOfItsMaker) {
  ASSERT_EQ(
      Sinew({"train", "robot/sled.toml", "--quiet", "--steps", "2000", "--out", "run"}).status, 0);
  ASSERT_EQ(Sinew({"export", "run", "--format", "all", "--out", "out", "--vectors", "50"}).status,
            0);
  const std::string maker = std::filesystem::canonical(scratch_ / "robot").string();
  for (const auto& file : std::filesystem::directory_iterator(scratch_ / "out"))
    EXPECT_THAT(ReadFile(file.path()), testing::Not(HasSubstr(maker))) << file.path();
  EXPECT_THAT(ReadFile(scratch_ / "out/contract.json"), HasSubstr("robot/sled.xml"));
}

TEST_F(TaskFileProgramTest, AServoGoesTheWholeWay) {
  std::string model = ReadFile(scratch_ / "robot/sled.xml");
  const std::string motor = "<motor name=\"push\"";
  model.replace(model.find(motor), motor.size(),
                "<position name=\"push\" kp=\"20\" forcelimited=\"true\" forcerange=\"-4 4\"");
  std::ofstream(scratch_ / "robot/sled.xml") << model;
  for (const char* action :
       {"torque", "position"}) {  // the model's drive; of a motor, a law of ours
    if (action == std::string("position")) {
      const size_t servo = model.find("<position name=\"push\" kp=\"20\"");
      model.replace(servo, 29, "<motor name=\"push\"");
      std::ofstream(scratch_ / "robot/sled.xml") << model;
    }
    const std::string set = std::string("task.action=") + action,
                      run = std::string("run-") + action;
    ASSERT_EQ(Sinew({"train", "robot/sled.toml", "--quiet", "--steps", "2000", "--set", set,
                     "--out", run})
                  .status,
              0);
    const Outcome exported =
        Sinew({"export", run, "--format", "all", "--out", "out-" + run, "--vectors", "50"});
    ASSERT_EQ(exported.status, 0) << exported.err;
    const Outcome verified = Sinew({"verify", "out-" + run, "--episodes", "3", "--json"});
    EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
    const auto element = nlohmann::json::parse(
        ReadFile(scratch_ / ("out-" + run + "/contract.json")))["contract"]["action"][0];
    EXPECT_EQ(element["kind"], "position");
    EXPECT_EQ(element["unit"], "m");
    EXPECT_EQ(element["torque_high"], 4);
  }
}

TEST_F(TaskFileProgramTest, ARunWhoseModelHasChangedIsNotResumed) {
  ASSERT_EQ(
      Sinew({"train", "robot/sled.toml", "--quiet", "--steps", "2000", "--out", "run"}).status, 0);
  std::string model = ReadFile(scratch_ / "robot/sled.xml");
  model.replace(model.find("timestep=\"0.01\""), 15, "timestep=\"0.05\"");
  std::ofstream(scratch_ / "robot/sled.xml") << model;
  const std::string manifest = ReadFile(scratch_ / "run/manifest.json");
  const Outcome resumed = Sinew({"resume", "run", "--quiet"});
  EXPECT_EQ(resumed.status, 2);
  EXPECT_EQ(resumed.error_lines(), 1);
  EXPECT_THAT(resumed.err, testing::AllOf(HasSubstr("sled.xml"), HasSubstr("timestep")));
  EXPECT_EQ(ReadFile(scratch_ / "run/manifest.json"), manifest);
}

// a spring that no timestep of 20 ms bears
TEST_F(TaskFileProgramTest, WhereEverythingDivergesItIsSaidAndTheExitCodeIsOne) {
  std::string model = ReadFile(scratch_ / "robot/sled.xml");
  model.replace(model.find("damping=\"2\""), 11, "stiffness=\"1e9\"");
  std::ofstream(scratch_ / "robot/sled.xml") << model;
  const Outcome all =
      Sinew({"train", "robot/sled.toml", "--quiet", "--steps", "1200", "--out", "run", "--set",
             "randomize.mass=0", "--set", "task.reset.position=0.3"});
  EXPECT_EQ(all.status, 1);
  EXPECT_THAT(all.err, testing::AllOf(HasSubstr("'rail'"), HasSubstr("diverged")));
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "run/best.policy"));
}

TEST_F(TaskFileProgramTest, AMisspeltSectionGetsTheNamesOfAll) {
  std::ofstream(scratch_ / "robot/sled.toml", std::ios::app) << "[training]\nsteps = 5\n";
  const Outcome outcome = Sinew({"train", "robot/sled.toml"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, testing::AllOf(HasSubstr("'training'"), HasSubstr("train"),
                                          HasSubstr("agent"), HasSubstr("curriculum")));
}

TEST_F(TaskFileProgramTest, LearnsTheSameTwice) {
  for (const char* out : {"a", "b"}) {
    const Outcome trained =
        Sinew({"train", "robot/sled.toml", "--quiet", "--steps", "2000", "--out", out});
    ASSERT_EQ(trained.status, 0) << trained.err;
  }
  EXPECT_EQ(ReadFile(scratch_ / "a/final.policy"), ReadFile(scratch_ / "b/final.policy"));
}

TEST_F(TaskFileProgramTest, ChecksTasksAndModels) {
  const Outcome task = Sinew({"check", "pendulum", "--json"});
  ASSERT_EQ(task.status, 0) << task.err;
  const auto json = nlohmann::json::parse(task.out);
  EXPECT_TRUE(json["passed"]);
  EXPECT_EQ(json["checks"].size(), 17u);
  EXPECT_EQ(Sinew({"check", "robot/sled.xml"}).status, 0);
  const Outcome unknown = Sinew({"check", "pendulm"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("'pendulum'"));
  EXPECT_EQ(Sinew({"check", "nowhere.xml"}).status, 2);
  std::string model = ReadFile(scratch_ / "robot/sled.xml");
  std::string backwards = model;
  backwards.insert(backwards.find("joint=\"rail\""), "gear=\"-1\" ");
  std::ofstream(scratch_ / "backwards.xml") << backwards;
  EXPECT_EQ(Sinew({"check", "backwards.xml"}).status, 0);
  model.replace(model.find("<motor"), 6, "<muscle");
  std::ofstream(scratch_ / "muscle.xml") << model;
  const Outcome muscle = Sinew({"check", "muscle.xml"});
  EXPECT_EQ(muscle.status, 1);
  EXPECT_THAT(muscle.out, HasSubstr("FAIL  actuators"));
  EXPECT_EQ(muscle.error_lines(), 1);
}

TEST_F(TaskFileProgramTest, BuiltInTasksTakeRandomisationToo) {
  const Outcome trained =
      Sinew({"train", "pendulum", "--quiet", "--steps", "1000", "--set", "randomize.mass=0.3",
             "--set", "train.final_episodes=3", "--set", "train.eval_episodes=1", "--out", "p"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  ASSERT_EQ(Sinew({"eval", "p/final.policy", "--episodes", "4", "--table", "p.csv"}).status, 0);
  EXPECT_THAT(ReadFile(scratch_ / "p.csv"), HasSubstr("mass.pendulum"));
  EXPECT_EQ(Sinew({"train", "pendulum", "--set", "randomize.mass=2"}).status, 2);
}

}  // namespace
}  // namespace sinew::apps
