#include "deploy/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "deploy/compiled_policy.h"
#include "sim/env.h"
#include "tests/deploy/export_folder.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;

class VerifyTest : public ExportFolderTest {
 protected:
  VerifyReport Verify(const VerifyOptions& options = {.episodes = 5}) {
    return VerifyC(folder_, std::make_shared<TestTask>(), options);
  }
  std::string ErrorOf(const VerifyOptions& options = {}) {
    try {
      Verify(options);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(VerifyTest, AnExportPasses) {
  Export(TestArtifact({64, 64}), 200);
  const VerifyReport report = Verify();
  EXPECT_TRUE(report.passed()) << report.ToString();
  EXPECT_EQ(report.vectors, 200);
  EXPECT_LT(report.max_error, 1e-5);
  EXPECT_LT(report.return_difference, 1e-4);
  EXPECT_NE(report.policy.mean_return, 0);
  EXPECT_FALSE(report.first_difference);
  EXPECT_GT(report.compiled_us, 0);
  EXPECT_THAT(report.ToString(), HasSubstr("passed"));
  EXPECT_TRUE(nlohmann::json::parse(report.ToJson())["passed"]);
}

TEST_F(VerifyTest, AChangedWeightIsFoundInNumbersAndInTheLoop) {
  Export(TestArtifact());
  Edit("test_task_policy.h", "test_task_bias1[16] = {\n    ", "test_task_bias1[16] = {\n    9 +");
  const VerifyReport report = Verify();
  EXPECT_FALSE(report.passed());
  EXPECT_GT(report.max_error, 1e-3);
  EXPECT_THAT(report.failures, Contains(HasSubstr("is allowed")));
  EXPECT_THAT(report.failures, Contains(HasSubstr("episode 0, step 0: the action of")));
  EXPECT_THAT(report.failures, Contains(HasSubstr("mean return")));
}

TEST_F(VerifyTest, ATorqueLimitThatIsNotAppliedIsFound) {
  Export(TestArtifact());
  Edit("test_task_policy.h", "test_task_torque_high[2] = {\n    0x1.8p+2f",
       "test_task_torque_high[2] = {\n    6.01f");
  EXPECT_THAT(Verify().failures, Contains(HasSubstr("torque of 'shoulder'")));
}

TEST_F(VerifyTest, APolicyFileOfAnotherTrainingIsFound) {
  Export(TestArtifact());
  models::SavePolicy(folder_ / "policy.safetensors", TestArtifact({16, 16}, 8));
  const VerifyReport report = Verify();
  EXPECT_THAT(report.failures, Contains(HasSubstr("the header was made from policy")));
  EXPECT_THAT(report.failures, Contains(HasSubstr("golden torques are not this policy's")));
}

TEST_F(VerifyTest, AHeaderThatAcceptsNanIsFound) {
  Export(TestArtifact());
  Edit("test_task_policy.h", "return TEST_TASK_BAD_OBSERVATION;", "return TEST_TASK_OK;");
  EXPECT_THAT(Verify().failures, Contains(HasSubstr("observation[0] = nan was not refused")));
}

TEST_F(VerifyTest, AHeaderThatRefusesEverythingStopsTheLoop) {
  Export(TestArtifact());
  Edit("test_task_policy.h", "if (!test_task_all_finite(observation",
       "if (test_task_all_finite(observation");
  EXPECT_THAT(Verify().failures,
              Contains(HasSubstr("closed loop stopped: the action of joint 'shoulder' is nan")));
}

TEST_F(VerifyTest, UserMistakesAreErrorsInOneLine) {
  Export(TestArtifact());
  EXPECT_THAT(ErrorOf({.compiler = "no-such-compiler"}),
              HasSubstr("cannot run the C compiler 'no-such-compiler'"));
  EXPECT_THAT(ErrorOf({.episodes = 0}), HasSubstr("episodes = 0"));
  Edit("test_task_golden.h", "GOLDEN_COUNT 50", "GOLDEN_COUNT 51");
  EXPECT_THAT(ErrorOf(), HasSubstr("does not compile"));
  Edit("test_task_policy.h", "#include <math.h>", "#error broken");
  EXPECT_THAT(ErrorOf(), HasSubstr("broken"));
  EXPECT_THAT(ErrorOf(), Not(HasSubstr("\n")));
  fs::remove(folder_ / "test_task_policy.h");
  EXPECT_THAT(ErrorOf(), HasSubstr("holds no test_task_policy.h"));
  fs::remove(folder_ / "contract.json");
  EXPECT_THAT(ErrorOf(), HasSubstr("holds no contract.json"));
}

TEST_F(VerifyTest, APolicyOfAnotherTaskIsRefused) {
  models::PolicyArtifact artifact = TestArtifact();
  const GoldenVectors golden =
      MakeGoldenVectors(artifact, std::make_shared<TestTask>(), {20, 1, 3});
  artifact.contract.action[1].joint = "wrist";
  ExportC(artifact, golden, folder_);
  EXPECT_THAT(ErrorOf(), HasSubstr("action[1]: policy 'wrist', task 'elbow'"));
}

TEST_F(VerifyTest, TheCompiledPolicyActsLikeThePolicyAndLeavesNoFilesBehind) {
  const models::PolicyArtifact artifact = TestArtifact();
  Export(artifact);
  // a temporary folder of the test's own shows what is left in it
  const fs::path temporary = folder_ / "tmp";
  fs::create_directory(temporary);
  ::setenv("TMPDIR", temporary.c_str(), 1);
  const auto compiled = std::make_shared<CompiledPolicy>(folder_, "test_task");
  ::unsetenv("TMPDIR");
  EXPECT_TRUE(fs::is_empty(temporary));

  const auto policy = models::MakeArtifactPolicy(artifact);
  const auto c_policy = MakeCompiledPolicy(compiled, artifact.contract);
  const std::vector<float> observation{0.1f, -0.2f, 0.3f, 0.4f, -0.5f};
  std::vector<float> expected(2), action(2), direct(2);
  policy->Act(observation, expected);
  c_policy->Act(observation, action);
  EXPECT_EQ(compiled->Action(observation, direct), 0);
  for (int i = 0; i < 2; ++i) {
    EXPECT_NEAR(action[i], expected[i], 1e-6);
    EXPECT_NEAR(direct[i], expected[i], 1e-6);
  }
}

}  // namespace
}  // namespace sinew::deploy
