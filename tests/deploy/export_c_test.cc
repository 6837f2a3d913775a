#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "deploy/c/c_header.h"
#include "deploy/c/fixed_point.h"
#include "deploy/export/export.h"
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
      policy::TestPolicy artifact = TestArtifact(hidden);
      for (auto& layer : artifact.layers) layer.activation = activation;
      Export(artifact);
      ExpectCheckPasses("cc -std=c99");
      fs::remove_all(folder_);
    }
  }
}

TEST_F(ExportCTest, NothingButMathFunctionsIsAskedForAndTheCostIsKnownToTheCompiler) {
  Export(TestArtifact(), 50, {{Format::kC, Format::kCInt16}});
  for (const std::string prefix : {"test_task", "test_task_int16"}) {
    const std::string macro = prefix == "test_task" ? "TEST_TASK" : "TEST_TASK_INT16";
    WriteFileAtomically(
        folder_ / "user.c",
        fmt::format("#include \"{0}_policy.h\"\n"
                    "typedef char fits[{1}_FLASH_BYTES < 8192 && {1}_STACK_BYTES < 1024 && "
                    "{1}_MACS == 5 * 16 + 16 * 16 + 16 * 2 ? 1 : -1];\n"
                    "int user(const float *o, float *t) {{ return {0}_torque(o, t); }}\n",
                    prefix, macro));
    EXPECT_EQ(Run("cc -std=c99 -O1 -ffreestanding -c user.c -o user.o"), 0) << output_;
    EXPECT_EQ(Run("nm -u user.o | grep -v 'tanhf$'"), 256) << output_;
    EXPECT_EQ(Run(fmt::format("grep '#include' {}_policy.h | "
                              "grep -vE '<(math|stddef|stdint).h>'",
                              prefix)),
              256)
        << output_;
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
  policy::TestPolicy artifact = TestArtifact();
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
  const ExportManifest written = ExportPolicy(artifact, golden, {}, folder_);
  EXPECT_EQ(written.files[0].name, "p7_x_error_p_layers_task_policy.h");
  ExpectCheckPasses("cc -std=c99 -Wcomment -Wtrigraphs");
  EXPECT_EQ(ReadManifest(folder_).contract.action[0].joint, hostile);
}

// a caller that prints what the functions give for observations that lie outside of what they
// should
TEST_F(ExportCTest, SafetyFunctionsDoWhatTheHeaderPromises) {
  policy::TestPolicy artifact = TestArtifact();
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
  // limits: shoulder 3 x 2 N·m; elbow, geared backwards, -0.7 N·m at action -1. 5x16 + 16x16 + 16x2
  // products
  EXPECT_EQ(output_, "0 6 -0.7\n0 1 -1\n-1\n3\n1 0 0\nelbow rad/s 0.02 368\n");
}

TEST_F(ExportCTest, CostIsCounted) {
  const CCost cost = CostInC(TestArtifact());
  EXPECT_EQ(cost.macs, 5 * 16 + 16 * 16 + 16 * 2);
  EXPECT_EQ(cost.parameters, cost.macs + 16 + 16 + 2);
  EXPECT_EQ(cost.flash_bytes, 4 * (cost.parameters + 2 * 5 + 2 * 2));
  EXPECT_EQ(cost.stack_bytes, 4 * 2 * 16);
  Export(TestArtifact());
  const std::string header = ReadFile(folder_ / "test_task_policy.h");
  EXPECT_THAT(header, HasSubstr(fmt::format("#define TEST_TASK_FLASH_BYTES {}", cost.flash_bytes)));
  EXPECT_THAT(header, HasSubstr(fmt::format("#define TEST_TASK_MACS {}", cost.macs)));
}

// the compiler's own count of the constants, names and training ranges left out by the linker
TEST_F(ExportCTest, TheFlashItStatesIsWhatTheLinkerKeeps) {
  for (const Format format : {Format::kC, Format::kCInt16}) {
    const ExportManifest manifest = Export(TestArtifact({32, 32}), 50, {{format}});
    const std::string prefix = PrefixOf(manifest, format);
    WriteFileAtomically(
        folder_ / "main.c",
        fmt::format("#include \"{0}_policy.h\"\n"
                    "int go(const float *x, float *y);\n"
                    "int go(const float *x, float *y) {{ return {0}_torque(x, y); }}\n"
                    "char flash[{1}_FLASH_BYTES];\n",
                    prefix, prefix == "test_task" ? "TEST_TASK" : "TEST_TASK_INT16"));
    // read-only data against the array of the stated size; a few literals of the code come on top
    EXPECT_EQ(Run("cc -std=c99 -O2 -c main.c -o main.o && size -A -d main.o | awk '/rodata/ { kept "
                  "+= $2 } "
                  "/^.bss/ { stated += $2 } END { print kept, stated; exit !(kept >= stated && "
                  "kept < stated + 256) }'"),
              0)
        << output_;
    fs::remove_all(folder_);
  }
}

class FixedPointTest : public ExportFolderTest {};

TEST_F(FixedPointTest, EveryShapeOfNetworkIsNearTheFloatOne) {
  for (const std::vector<int>& hidden : {std::vector<int>{}, {1}, {3, 17, 5}, {64, 64}}) {
    for (const char* activation : {"relu", "tanh", "identity"}) {
      policy::TestPolicy artifact = TestArtifact(hidden);
      for (auto& layer : artifact.layers) layer.activation = activation;
      Export(artifact, 50, {{Format::kCInt16}});
      EXPECT_EQ(Run(fmt::format("gcc -std=c99 -O2 -fsanitize=undefined -fno-sanitize-recover {} "
                                "check_int16.c -o check -lm && ./check",
                                kWarnings)),
                0)
          << output_;
      EXPECT_THAT(output_, HasSubstr("ok"));
      fs::remove_all(folder_);
    }
  }
}

TEST_F(FixedPointTest, ExtremeWeightsAndBiasesDoNotOverflow) {
  policy::TestPolicy artifact = TestArtifact({64});
  for (float& w : artifact.layers[0].weight) w *= 1000;
  artifact.layers[0].bias[3] = 1e6f;
  std::ranges::fill_n(artifact.layers[0].weight.begin(), 10, 0.0f);
  for (float& w : artifact.layers[1].weight) w *= 1e-4f;
  Export(artifact, 50, {{Format::kCInt16}});
  EXPECT_EQ(
      Run("gcc -std=c99 -O1 -fsanitize=undefined -fno-sanitize-recover check_int16.c -o check "
          "-lm && ./check"),
      0)
      << output_;
}

TEST(FixedPointTableTest, TanhIsNearerThanOneUnitBetweenItsSteps) {
  const std::vector<int16_t> table = TanhTable();
  ASSERT_EQ(table.size(), kTanhSteps + 1u);
  double worst = 0;
  for (double x = 0; x < 8; x += 1e-3) {
    const auto k = static_cast<size_t>(x * 64);
    const double y = table[k] + (table[k + 1] - table[k]) * (x * 64 - static_cast<double>(k));
    worst = std::max(worst, std::abs(y - 32767 * std::tanh(x)));
  }
  // half a unit of rounding and h^2/8 max|tanh''| = (1/64)^2/8 * 0.77 of 32767 units
  EXPECT_LT(worst, 0.5 + 32767 * 0.77 / (8 * 64 * 64) + 0.01);
}

TEST_F(ExportCTest, ASampledActionFollowsTheNoise) {
  for (const bool state_dependent : {false, true}) {
    const policy::TestPolicy artifact = SamplingArtifact(state_dependent);
    Export(artifact, 50, {.stochastic = true});
    for (const char* compiler : {"gcc -std=c99 -O2", "g++ -x c++ -std=c++17 -O2"}) {
      ExpectCheckPasses(compiler);
    }
    EXPECT_THAT(ReadFile(folder_ / "check.c"), HasSubstr("test_task_sample_command"));
    fs::remove_all(folder_);
  }
}

}  // namespace
}  // namespace sinew::deploy
