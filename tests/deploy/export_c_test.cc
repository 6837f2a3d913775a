#include "deploy/export_c.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "tests/deploy/export_folder.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kWarnings =
    "-Wall -Wextra -Wpedantic -Werror -Wconversion -Wshadow -Wdouble-promotion";

class ExportCTest : public ExportFolderTest {
 protected:
  // compiles and runs the exported self-test
  void ExpectCheckPasses(const std::string& compiler) {
    EXPECT_EQ(Run(fmt::format("{} {} check.c -o check -lm && ./check", compiler, kWarnings)), 0)
        << output_;
    EXPECT_THAT(output_, HasSubstr("ok"));
  }
};

class CompilerTest : public ExportCTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(CompilerTest, AcceptsTheHeaderWithoutWarningsAndReproducesTheGoldenVectors) {
  const std::string compiler = GetParam();
  Export(TestArtifact());
  if (Run("command -v " + compiler.substr(0, compiler.find(' '))) != 0) {
    GTEST_SKIP() << compiler << " is not installed";
  }
  ExpectCheckPasses(compiler);
}

INSTANTIATE_TEST_SUITE_P(All, CompilerTest,
                         ::testing::Values("gcc -std=c99 -O2", "gcc -std=c11 -O3 -ffast-math",
                                           "g++ -x c++ -std=c++17 -O2", "clang -std=c99 -O2",
                                           "clang++ -x c++ -std=c++20 -O2"));

TEST_F(ExportCTest, EveryShapeOfNetworkWorks) {
  for (const std::vector<int>& hidden : {std::vector<int>{}, {1}, {3, 17, 5}}) {
    for (const char* activation : {"relu", "tanh", "identity"}) {
      models::PolicyArtifact artifact = TestArtifact(hidden);
      for (auto& layer : artifact.layers) layer.activation = activation;
      Export(artifact);
      ExpectCheckPasses("cc -std=c99");
      fs::remove_all(folder_);
    }
  }
}

TEST_F(ExportCTest, MakefileRunsTheCheck) {
  Export(TestArtifact());
  EXPECT_EQ(Run("make"), 0) << output_;
  EXPECT_THAT(output_, HasSubstr("50 golden vectors"));
}

TEST_F(ExportCTest, TheCheckFindsAChangedWeight) {
  Export(TestArtifact());
  Edit("test_task_policy.h", "test_task_bias0[16] = {\n    ",
       "test_task_bias0[16] = {\n    0.5f +");
  EXPECT_NE(Run("make"), 0);
  EXPECT_THAT(output_, HasSubstr("FAILED"));
}

TEST_F(ExportCTest, NamesCannotBreakOutOfTheHeader) {
  models::PolicyArtifact artifact = TestArtifact();
  const GoldenVectors golden =
      MakeGoldenVectors(artifact, std::make_shared<TestTask>(), {20, 1, 3});
  const std::string hostile =
      "x\"; */ #error \\\n?"
      "?/ @p@ @layers@ {task} | `\xc2\xb0";
  artifact.contract.task = "7 " + hostile;
  artifact.contract.agent = artifact.contract.commit = artifact.contract.model_hash = hostile;
  artifact.contract.observation[1] = {hostile, hostile, std::numeric_limits<double>::quiet_NaN(),
                                      1};
  artifact.contract.action[0].joint = hostile;
  const CExport written = ExportC(artifact, golden, folder_);
  EXPECT_EQ(written.header.filename(), "p7_x_error_p_layers_task_policy.h");
  ExpectCheckPasses("cc -std=c99 -Wcomment -Wtrigraphs");
  EXPECT_EQ(ReadExportedContract(folder_).contract.action[0].joint, hostile);
}

// a caller that prints what the functions give for observations that lie outside of what they
// should
TEST_F(ExportCTest, SafetyFunctionsDoWhatTheHeaderPromises) {
  models::PolicyArtifact artifact = TestArtifact();
  artifact.layers.back().bias = {1000, -1000};  // both actions at their ends
  Export(artifact);
  WriteFileAtomically(folder_ / "main.c", R"(
    #include <stdio.h>
    #include "test_task_policy.h"
    int main(void) {
      float obs[TEST_TASK_OBS_DIM] = {0}, out[2] = {9, 9};
      int status = test_task_torque(obs, out);
      printf("%d %g %g\n", status, (double)out[0], (double)out[1]);
      status = test_task_action(obs, out);
      printf("%d %g %g\n", status, (double)out[0], (double)out[1]);
      printf("%d\n", test_task_outside_training(obs));
      obs[3] = 3.0f;
      printf("%d\n", test_task_outside_training(obs));
      obs[4] = NAN;
      status = test_task_torque(obs, out);
      printf("%d %g %g\n", status == TEST_TASK_BAD_OBSERVATION, (double)out[0], (double)out[1]);
      printf("%s %s %g %d\n", test_task_joint_names[1], test_task_obs_units[2], TEST_TASK_CONTROL_PERIOD,
             TEST_TASK_MACS);
      return 0;
    })");
  ASSERT_EQ(Run("cc -std=c99 -O2 -ffast-math main.c -o main -lm && ./main"), 0) << output_;
  // limits: shoulder 3 x 2 N·m; elbow's action -1 is -0.7 x -1 N·m. 5x16 + 16x16 + 16x2 products
  EXPECT_EQ(output_, "0 6 0.7\n0 1 -1\n-1\n3\n1 0 0\nelbow rad/s 0.02 368\n");
}

TEST_F(ExportCTest, CostIsCounted) {
  const CExport written = Export(TestArtifact());
  EXPECT_EQ(written.cost.macs, 5 * 16 + 16 * 16 + 16 * 2);
  EXPECT_EQ(written.cost.parameters, written.cost.macs + 16 + 16 + 2);
  EXPECT_EQ(written.cost.flash_bytes, 4 * (written.cost.parameters + 2 * 5 + 2 * 2));
  EXPECT_EQ(written.cost.stack_bytes, 4 * 2 * 16);
}

TEST_F(ExportCTest, NothingIsOverwrittenOrLeftHalfWritten) {
  const models::PolicyArtifact artifact = TestArtifact();
  const GoldenVectors golden =
      MakeGoldenVectors(artifact, std::make_shared<TestTask>(), {20, 1, 3});
  models::PolicyArtifact broken = artifact;
  broken.layers[0].weight[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(ExportC(broken, golden, folder_), Error);
  EXPECT_FALSE(fs::exists(folder_));
  ExportC(artifact, golden, folder_);
  EXPECT_THROW(ExportC(artifact, golden, folder_), UserError);
}

TEST_F(ExportCTest, ContractIsReadBack) {
  const models::PolicyArtifact artifact = TestArtifact();
  Export(artifact);
  const ExportedContract exported = ReadExportedContract(folder_);
  EXPECT_EQ(exported.contract, artifact.contract);
  EXPECT_EQ(exported.prefix, "test_task");
  EXPECT_EQ(exported.policy_hash, models::PolicyHash(artifact));
}

TEST_F(ExportCTest, FoldersOfAnotherKindAreRefused) {
  Export(TestArtifact());
  EXPECT_THROW(ReadExportedContract("/nowhere"), UserError);
  const std::string good = ReadFile(folder_ / "contract.json");
  for (const std::string& text :
       {std::string("{"), std::string("[]"), std::string("{}"), good.substr(0, 200)}) {
    WriteFileAtomically(folder_ / "contract.json", text);
    EXPECT_THROW(ReadExportedContract(folder_), UserError) << text;
  }
  WriteFileAtomically(folder_ / "contract.json", good);
  Edit("contract.json", "\"test_task\"", "\"../x\"");
  EXPECT_THROW(ReadExportedContract(folder_), UserError);
}

TEST_F(ExportCTest, SafetensorsExportIsThePolicyFile) {
  const models::PolicyArtifact artifact = TestArtifact();
  ExportSafetensors(artifact, folder_);
  EXPECT_EQ(models::PolicyHash(models::LoadPolicy(folder_ / "policy.safetensors")),
            models::PolicyHash(artifact));
  EXPECT_EQ(ReadExportedContract(folder_).contract.task, "test-task");
}

}  // namespace
}  // namespace sinew::deploy
