#include "deploy/verify/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "deploy/c/compiled_policy.h"
#include "deploy/onnx/onnx_export.h"
#include "deploy/onnx/onnx_runtime.h"
#include "deploy/torchscript/torchscript.h"
#include "deploy/verify/verify_numbers.h"
#include "sim/env.h"
#include "tests/deploy/export_folder.h"
#include "tests/paths.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const fs::path kRunner = fs::path(sinew::BinaryDir()) / "sinew-torchscript";
const std::vector<std::string> kAll{"all"};

class VerifyTest : public ExportFolderTest {
 protected:
  VerifyReport Run(VerifyOptions options = {.episodes = 5}) {
    if (options.torchscript_runner.empty()) options.torchscript_runner = kRunner;
    return Verify(folder_, std::make_shared<TestTask>(), options);
  }
  std::string ErrorOf(const VerifyOptions& options = {}) {
    try {
      Run(options);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  void Replace(const std::string& file, const std::string& bytes) {
    WriteFileAtomically(folder_ / file, bytes);
  }
};

TEST_F(VerifyTest, EveryFormatPasses) {
  Export(TestArtifact({64, 64}), 200, {ParseFormats(kAll)});
  const VerifyReport report = Run();
  EXPECT_TRUE(report.passed()) << report.ToString();
  EXPECT_EQ(report.vectors, 200);
  EXPECT_NE(report.policy.mean_return, 0);
  for (const char* name : {"c -O2", "c -Os", "onnx interpreter", "torchscript"}) {
    const BackendReport* backend = report.Find(name);
    ASSERT_TRUE(backend) << name;
    EXPECT_GT(backend->max_error, 0);
    EXPECT_LT(backend->max_error, 1e-5);
    EXPECT_LE(backend->median_ulps, 16);
    EXPECT_LT(std::abs(backend->return_difference), 1e-4);
    EXPECT_FALSE(backend->first_difference);
    EXPECT_GT(backend->us, 0);
  }
  for (const char* name : {"c-int16 -O2", "c-int16 -Os"}) {
    ASSERT_TRUE(report.Find(name)) << name;
    EXPECT_GT(report.Find(name)->max_error, 1e-6);
    EXPECT_LT(report.Find(name)->max_error, 2e-3);
  }
  EXPECT_THAT(report.ToString(), HasSubstr("passed"));
  const auto json = nlohmann::json::parse(report.ToJson());
  EXPECT_TRUE(json["passed"]);
  EXPECT_EQ(json["backends"].size(), report.backends.size());
}

TEST_F(VerifyTest, SampledPoliciesPassWithTheSameNoise) {
  for (const bool state_dependent : {false, true}) {
    Export(SamplingArtifact(state_dependent), 200, {ParseFormats(kAll), true});
    const VerifyReport report = Run();
    EXPECT_TRUE(report.passed()) << report.ToString();
    // the whole numbers have no noise: another, deterministic, return
    EXPECT_NE(report.Find("c-int16 -O2")->loop.mean_return, report.policy.mean_return);
    EXPECT_NEAR(report.Find("c -O2")->loop.mean_return, report.policy.mean_return, 1e-3);
    fs::remove_all(folder_);
  }
}

TEST_F(VerifyTest, OnnxRuntimePassesWhereItIs) {
  if (FindOnnxRuntime().empty()) GTEST_SKIP() << "ONNX Runtime is not installed";
  Export(TestArtifact({64, 64}), 200, {{Format::kOnnx}});
  const VerifyReport report = Run();
  EXPECT_TRUE(report.passed()) << report.ToString();
  EXPECT_THAT(report.backends.back().name, HasSubstr("onnxruntime 1."));
  EXPECT_LT(report.backends.back().max_error, 1e-5);
}

TEST_F(VerifyTest, WhatIsNotThereIsSkippedAndSaysSo) {
  if (!FindOnnxRuntime().empty()) GTEST_SKIP() << "ONNX Runtime is installed";
  Export(TestArtifact(), 50, {{Format::kOnnx}});
  const VerifyReport report = Run();
  EXPECT_TRUE(report.passed());
  EXPECT_THAT(report.Find("onnxruntime")->skipped, HasSubstr("--onnxruntime"));
  EXPECT_THAT(ErrorOf({.onnxruntime = "/nowhere/lib.so"}), HasSubstr("cannot load ONNX Runtime"));
  EXPECT_THAT(ErrorOf({.onnxruntime = "libm.so.6"}), HasSubstr("is not ONNX Runtime"));
}

TEST_F(VerifyTest, AChangedWeightIsFoundInNumbersAndInTheLoop) {
  Export(TestArtifact());
  Edit("test_task_policy.h", "test_task_bias1[16] = {\n    ", "test_task_bias1[16] = {\n    9 +");
  const VerifyReport report = Run();
  EXPECT_FALSE(report.passed());
  EXPECT_GT(report.Find("c -O2")->max_error, 1e-3);
  ASSERT_TRUE(report.Find("c -O2")->parted);
  EXPECT_EQ(report.Find("c -O2")->parted->episode, 0);
  EXPECT_GE(report.Find("c -O2")->parted->step, 1);
  const auto failures = report.failures();
  EXPECT_THAT(failures, Contains(HasSubstr("test_task_policy.h has changed since")));
  EXPECT_THAT(failures, Contains(HasSubstr("check.c fails: test-task: 50 golden vectors")));
  EXPECT_THAT(failures, Contains(HasSubstr("is allowed")));
  EXPECT_THAT(failures, Contains(HasSubstr("c -Os: episode 0, step 0: the action of")));
  EXPECT_THAT(failures, Contains(HasSubstr("mean return")));
}

// the same names, limits and periods, and another robot behind them
TEST_F(VerifyTest, AModelThatHasChangedSinceIsRefused) {
  policy::TestPolicy artifact = TestArtifact();
  artifact.contract.model_hash = "0123456789abcdef";
  Export(artifact, 20, {ParseFormats(kAll)});
  EXPECT_THAT(ErrorOf(), HasSubstr("model: policy '0123456789abcdef'"));
}

TEST_F(VerifyTest, ATorqueLimitThatIsNotAppliedIsFound) {
  Export(TestArtifact());
  Edit("test_task_policy.h", "test_task_torque_high[2] = {\n    0x1.8p+2f",
       "test_task_torque_high[2] = {\n    6.01f");
  EXPECT_THAT(Run().failures(), Contains(HasSubstr("torque of 'shoulder'")));
}

TEST_F(VerifyTest, APolicyFileOfAnotherTrainingIsFound) {
  Export(TestArtifact());
  policy::SavePolicy(folder_ / "policy.safetensors", TestArtifact({16, 16}, 8));
  const auto failures = Run().failures();
  EXPECT_THAT(failures, Contains(HasSubstr("the folder was made from policy")));
  EXPECT_THAT(failures, Contains(HasSubstr("golden torques are not this policy's")));
}

TEST_F(VerifyTest, AnOnnxFileOfAnotherTrainingIsFound) {
  policy::TestPolicy other = TestArtifact({16, 16}, 8);
  other.contract.control_dt = 0.03;
  Export(TestArtifact(), 50, {{Format::kOnnx}});
  Replace("policy.onnx", OnnxModel(other));
  const auto failures = Run().failures();
  EXPECT_THAT(failures, Contains(HasSubstr("policy.onnx was made from policy")));
  EXPECT_THAT(failures, Contains(HasSubstr("control_dt: 0.03, not 0.02")));
  EXPECT_THAT(failures, Contains(HasSubstr("onnx interpreter: golden vector")));
}

TEST_F(VerifyTest, ATorchScriptFileOfAnotherTrainingIsFound) {
  policy::TestPolicy other = TestArtifact({16, 16}, 8);
  other.contract.observation[1].unit = "deg";
  Export(TestArtifact(), 50, {{Format::kTorchScript}});
  Replace("policy.pt", TorchScriptModel(other));
  const auto failures = Run().failures();
  EXPECT_THAT(failures, Contains(HasSubstr("observation[1].unit: \"deg\", not \"rad\"")));
  EXPECT_THAT(failures, Contains(HasSubstr("torchscript: golden vector")));
}

TEST_F(VerifyTest, DamagedFilesAreErrorsInOneLine) {
  Export(TestArtifact(), 50, {ParseFormats(kAll)});
  for (const char* file :
       {"policy.onnx", "policy.pt", "golden.safetensors", "policy.safetensors"}) {
    const std::string good = ReadFile(folder_ / file);
    Replace(file, good.substr(0, good.size() / 2));
    const std::string message = ErrorOf({.episodes = 1});
    EXPECT_NE(message, "no error") << file;
    EXPECT_THAT(message, Not(HasSubstr("\n")));
    Replace(file, good);
  }
  EXPECT_EQ(ErrorOf({.episodes = 1}), "no error");
}

TEST_F(VerifyTest, AHeaderThatAcceptsNanIsFound) {
  Export(TestArtifact());
  Edit("test_task_policy.h", "return TEST_TASK_BAD_OBSERVATION;", "return TEST_TASK_OK;");
  EXPECT_THAT(Run().failures(), Contains(HasSubstr("observation[0] = nan was not refused")));
}

TEST_F(VerifyTest, AHeaderThatRefusesEverythingStopsTheLoop) {
  Export(TestArtifact());
  Edit("test_task_policy.h", "if (!test_task_all_finite(observation",
       "if (test_task_all_finite(observation");
  EXPECT_THAT(Run().failures(),
              Contains(HasSubstr("closed loop stopped: the action of joint 'shoulder' is nan")));
}

TEST_F(VerifyTest, UserMistakesAreErrorsInOneLine) {
  Export(TestArtifact());
  EXPECT_THAT(ErrorOf({.compiler = "no-such-compiler"}), HasSubstr("no-such-compiler"));
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
  policy::TestPolicy artifact = TestArtifact();
  const GoldenVectors golden =
      MakeGoldenVectors(artifact, std::make_shared<TestTask>(), {20, 1, 3});
  artifact.contract.action[1].joint = "wrist";
  ExportPolicy(artifact, golden, {}, folder_);
  EXPECT_THAT(ErrorOf(), HasSubstr("action[1]: policy 'wrist', task 'elbow'"));
}

TEST_F(VerifyTest, TheCompiledPolicyActsLikeThePolicyAndLeavesNoFilesBehind) {
  const policy::TestPolicy artifact = TestArtifact();
  Export(artifact);
  // a temporary folder of the test's own shows what is left in it
  const fs::path temporary = folder_ / "tmp";
  fs::create_directory(temporary);
  ::setenv("TMPDIR", temporary.c_str(), 1);
  const auto compiled = std::make_shared<CompiledPolicy>(folder_, "test_task");
  ::unsetenv("TMPDIR");
  EXPECT_TRUE(fs::is_empty(temporary));

  const auto policy = policy::MakeArtifactPolicy(artifact);
  const auto c_policy = MakeBackendPolicy(compiled, artifact.contract, false, 1);
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

TEST(UlpDistanceTest, CountsFloats) {
  EXPECT_EQ(UlpDistance(1, 1), 0);
  EXPECT_EQ(UlpDistance(1, std::nextafter(1.0f, 2.0f)), 1);
  EXPECT_EQ(UlpDistance(0.0f, -0.0f), 0);
  const float least = std::numeric_limits<float>::denorm_min();
  EXPECT_EQ(UlpDistance(least, -least), 2);
  EXPECT_EQ(UlpDistance(2, 1), 1 << 23);
}

}  // namespace
}  // namespace sinew::deploy
