// Policies whose commands are targets: the words, the numbers, and what is safe.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "deploy/verify/verify.h"
#include "tests/deploy/export_folder.h"
#include "tests/paths.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kServos = R"(
  <position name="s" joint="shoulder" kp="6" ctrlrange="-1.5 2" ctrllimited="true"
            forcerange="-2 2" forcelimited="true"/>
  <position name="e" joint="elbow" kp="4" ctrlrange="-1 1" ctrllimited="true"
            forcerange="-1 1" forcelimited="true"/>)";
constexpr const char* kMixed = R"(
  <position name="s" joint="shoulder" kp="6" ctrlrange="-1.5 2" ctrllimited="true"/>
  <motor name="e" joint="elbow" ctrlrange="-1 1" ctrllimited="true"/>)";

// a task that claims other torques than its model gives
class LyingTask : public TestTask {
 public:
  LyingTask() { spec_.action[0].torque_high = spec_.action[0].joints[0].torque_high = 60; }
};

class CommandTest : public ExportFolderTest {
 protected:
  policy::TestPolicy ArtifactOf(const sim::Task& task) {
    policy::TestPolicy artifact = TestArtifact();
    artifact.contract.action = task.spec().action;
    NameModel(task, &artifact.contract);
    return artifact;
  }
  void ExportOf(const std::shared_ptr<const sim::Task>& task, const char* formats = "all") {
    const std::vector<std::string> names{formats};
    const policy::TestPolicy artifact = ArtifactOf(*task);
    ExportPolicy(artifact, MakeGoldenVectors(artifact, task, {100, 2, 3}), {ParseFormats(names)},
                 folder_);
  }
  VerifyReport Verified(const std::shared_ptr<const sim::Task>& task) {
    return Verify(
        folder_, task,
        {.episodes = 3, .torchscript_runner = fs::path(BinaryDir()) / "sinew-torchscript"});
  }
};

TEST_F(CommandTest, EveryFormatOfTargetsIsVerified) {
  for (const char* actuators : {kServos, kMixed}) {
    const auto task = std::make_shared<TestTask>(actuators);
    ExportOf(task);
    const VerifyReport report = Verified(task);
    EXPECT_TRUE(report.passed()) << report.ToString();
    EXPECT_GT(report.witness, 100);
    fs::remove_all(folder_);
  }
}

TEST_F(CommandTest, TheContractAndTheHeaderSayRadians) {
  ExportOf(std::make_shared<TestTask>(kServos));
  const auto action =
      nlohmann::json::parse(ReadFile(folder_ / "contract.json")).at("contract").at("action").at(0);
  EXPECT_EQ(action.at("joint"), "shoulder");
  EXPECT_EQ(action.at("actuator"), "s");
  EXPECT_EQ(action.at("kind"), "position");
  EXPECT_EQ(action.at("unit"), "rad");
  EXPECT_EQ(action.at("low"), -1.5);
  EXPECT_EQ(action.at("high"), 2);
  EXPECT_EQ(action.at("torque_low"), -2);
  EXPECT_EQ(action.at("torque_high"), 2);
  const std::string header = ReadFile(folder_ / "test_task_policy.h");
  EXPECT_THAT(header, AllOf(HasSubstr("shoulder: position, -1.5 to 2 rad, which gives -2 to 2 N·m"),
                            HasSubstr("test_task_target(observation, target)"), HasSubstr("hold"),
                            Not(HasSubstr("all torques are zero"))));
  const std::string readme = ReadFile(folder_ / "README.md");
  EXPECT_THAT(readme,
              AllOf(HasSubstr("targets in rad"), Not(HasSubstr("torques in N·m come out"))));
}

TEST_F(CommandTest, ABadObservationHoldsTargetsAndStopsTorques) {
  ExportOf(std::make_shared<TestTask>(kMixed), "c");
  WriteFileAtomically(folder_ / "main.c", R"(
    #include <stdio.h>
    #include "test_task_policy.h"
    int main(void) {
      float obs[TEST_TASK_OBS_DIM] = {0}, out[2] = {0.25f, 9};
      int status;
      obs[2] = NAN;
      status = test_task_command(obs, out);
      printf("%d %g %g\n", status == TEST_TASK_BAD_OBSERVATION, (double)out[0], (double)out[1]);
      /* 6 N·m/rad and no limit; the motor's command is its torque */
      printf("%g %g\n", (double)test_task_servo_torque(0, 0.5f, 0.25f, 1.0f),
             (double)test_task_servo_torque(1, 0.5f, 0.25f, 1.0f));
      return 0;
    })");
  ASSERT_EQ(Run("cc -std=c99 -Wall -Wextra -Werror -O2 -ffast-math main.c -o main -lm && ./main"),
            0)
      << output_;
  EXPECT_EQ(output_, "1 0.25 0\n1.5 0.5\n");
  ASSERT_EQ(Run("make"), 0) << output_;
}

TEST_F(CommandTest, AServoLawThatIsNotTheContractsFails) {
  const auto task = std::make_shared<TestTask>(kServos);
  ExportOf(task, "c");
  std::string header = ReadFile(folder_ / "test_task_policy.h");
  const std::string law = "test_task_kp[i] * (command - position)";
  ASSERT_NE(header.find(law), std::string::npos);
  header.replace(header.find(law), law.size(), "test_task_kp[i] * (position - command)");
  WriteFileAtomically(folder_ / "test_task_policy.h", header);
  EXPECT_THAT(Verified(task).failures(),
              Contains(AllOf(HasSubstr("the servo law of 'shoulder'"), HasSubstr("contract's"))));
}

TEST_F(CommandTest, AContractThatIsNotTrueFails) {
  const auto task = std::make_shared<LyingTask>();
  ExportOf(task, "c");
  const VerifyReport report = Verified(task);
  EXPECT_FALSE(report.passed());
  EXPECT_THAT(report.failures(), Contains(AllOf(HasSubstr("the contract is not true"),
                                                HasSubstr("'shoulder'"), HasSubstr("MuJoCo"))));
}

}  // namespace
}  // namespace sinew::deploy
