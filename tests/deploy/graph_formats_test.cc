// Every format against the reference on random policies of all operations, over sequences with new
// episodes and refused observations in them.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "deploy/base/reference.h"
#include "deploy/c/c_header.h"
#include "deploy/c/compiled_policy.h"
#include "deploy/c/fixed_point.h"
#include "deploy/onnx/onnx_export.h"
#include "deploy/onnx/onnx_graph.h"
#include "deploy/onnx/onnx_runtime.h"
#include "deploy/torchscript/torchscript.h"
#include "deploy/torchscript/torchscript_process.h"
#include "deploy/verify/verify.h"
#include "sim/env.h"
#include "tests/deploy/export_folder.h"
#include "tests/paths.h"
#include "tests/policy/random_graph.h"

namespace sinew::deploy {
namespace {

using policy::PolicyGraph;
using ::testing::HasSubstr;

constexpr double kTolerance = 3e-5;  // of an action

// torques as the contract has them, back to actions
double ActionOf(const spec::ActionElement& joint, double torque) {
  return 2 * (torque - joint.torque_low) / (joint.torque_high - joint.torque_low) - 1;
}

// a back end through the sequence; every few steps an observation that it must refuse
void ExpectFollows(const PolicyGraph& graph, Backend* backend, bool sampled,
                   const std::string& what) {
  const size_t act_dim = graph.contract.action.size();
  const policy::Sequence sequence =
      policy::RandomSequence(5, graph.contract.observation.size(), act_dim);
  Reference reference(graph);
  std::vector<float> torque(act_dim);
  for (size_t n = 0; n < sequence.observation.size(); ++n) {
    if (sequence.begins[n]) {
      backend->Reset();
      reference.Reset();
    }
    const std::span<const float> noise =
        sampled ? std::span<const float>(sequence.noise[n]) : std::span<const float>();
    if (n % 5 == 0) {
      std::vector<float> bad = sequence.observation[n];
      bad.back() = std::numeric_limits<float>::quiet_NaN();
      ASSERT_NE(backend->Torque(bad, noise, torque), 0) << what;
      ASSERT_EQ(torque, std::vector<float>(act_dim)) << what;
    }
    ASSERT_EQ(backend->Torque(sequence.observation[n], noise, torque), 0) << what;
    const auto expected = reference.Act(sequence.observation[n], noise);
    for (size_t i = 0; i < act_dim; ++i) {
      ASSERT_NEAR(ActionOf(graph.contract.action[i], torque[i]), expected[i], kTolerance)
          << what << ", step " << n;
    }
  }
}

class GraphFormatsTest : public ExportFolderTest, public ::testing::WithParamInterface<int> {
 protected:
  GraphFormatsTest()
      : sampled_(GetParam() % 4 == 3),
        graph_(policy::RandomGraph(static_cast<uint64_t>(GetParam())).Make(sampled_)) {}

  bool sampled_;
  PolicyGraph graph_;
};

// the interpreter, which everything else is measured beside
TEST_P(GraphFormatsTest, InterpreterFollowsTheReference) {
  const auto policy = policy::MakeArtifactPolicy(graph_);
  const policy::Sequence sequence =
      policy::RandomSequence(5, graph_.contract.observation.size(), graph_.contract.action.size());
  Reference reference(graph_);
  std::vector<float> action(graph_.contract.action.size());
  for (size_t n = 0; n < sequence.observation.size(); ++n) {
    if (sequence.begins[n]) {
      policy->Reset(n);
      reference.Reset();
    }
    policy->Act(sequence.observation[n], action);
    const auto expected = reference.Act(sequence.observation[n]);
    for (size_t i = 0; i < action.size(); ++i) ASSERT_NEAR(action[i], expected[i], kTolerance) << n;
  }
}

TEST_P(GraphFormatsTest, CFollowsTheReference) {
  std::filesystem::create_directory(folder_);
  WriteFileAtomically(folder_ / "p_policy.h", CHeader(graph_, "p", sampled_));
  const CompilerOptions options{"cc", "-O2", sampled_, policy::HasState(graph_)};
  CompiledPolicy compiled(folder_, "p", options);
  ExpectFollows(graph_, &compiled, sampled_, "c");
  ExpectFollows(graph_, &compiled, false, "c, most likely");
}

TEST_P(GraphFormatsTest, CIsFreeOfWarningsInCAndCxx) {
  std::filesystem::create_directory(folder_);
  WriteFileAtomically(folder_ / "p_policy.h", CHeader(graph_, "p", sampled_));
  WriteFileAtomically(folder_ / "user.c", CSharedObject("p", sampled_, policy::HasState(graph_)));
  constexpr const char* kWarnings =
      "-Wall -Wextra -Wpedantic -Werror -Wconversion -Wshadow -Wdouble-promotion";
  EXPECT_EQ(Run(fmt::format("cc -std=c99 -O1 {} -c user.c", kWarnings)), 0) << output_;
  EXPECT_EQ(Run("g++ -x c++ -std=c++17 -O1 -Wall -Wextra -Werror -c user.c"), 0) << output_;
}

TEST_P(GraphFormatsTest, OnnxFollowsTheReference) {
  const std::string model = OnnxModel(graph_, sampled_);
  OnnxGraph onnx = OnnxGraph::Parse(model, "a.onnx");
  if (policy::HasState(graph_)) {
    const auto json = nlohmann::json::parse(onnx.metadata().at(kStateEntry));
    EXPECT_EQ(json["initial"].get<std::vector<float>>(), policy::InitialState(graph_));
    EXPECT_EQ(onnx.Width("state"), policy::StateSize(graph_));
    EXPECT_EQ(onnx.Width("next_state"), policy::StateSize(graph_));
  }
  const auto interpreter = MakeOnnxInterpreter(std::move(onnx), policy::InitialState(graph_));
  ExpectFollows(graph_, interpreter.get(), sampled_, "onnx interpreter");
  if (FindOnnxRuntime().empty()) return;
  const auto runtime = MakeOnnxRuntimeBackend(
      FindOnnxRuntime(), model, static_cast<int>(graph_.contract.observation.size()),
      static_cast<int>(graph_.contract.action.size()), sampled_, policy::InitialState(graph_));
  ExpectFollows(graph_, runtime.get(), sampled_, "onnxruntime");
}

TEST_P(GraphFormatsTest, TorchScriptFollowsTheReference) {
  const std::string model = TorchScriptModel(graph_, sampled_);
  const auto loaded = LoadTorchScript(model);
  ExpectFollows(graph_, loaded.get(), sampled_, "libtorch");
  if (GetParam() > 3) return;
  std::filesystem::create_directory(folder_);
  WriteFileAtomically(folder_ / "policy.pt", model);
  TorchScriptProcess process(
      std::filesystem::path(BinaryDir()) / "sinew-torchscript", folder_ / "policy.pt",
      static_cast<int>(graph_.contract.observation.size()),
      static_cast<int>(graph_.contract.action.size()), sampled_, policy::HasState(graph_));
  ExpectFollows(graph_, &process, sampled_, "torchscript");
}

INSTANTIATE_TEST_SUITE_P(Random, GraphFormatsTest, ::testing::Range(0, 16));

// a small policy with memory for the test task
PolicyGraph RememberingPolicy(int64_t history) {
  const policy::TestPolicy plain = TestArtifact();
  Random random(3, "gru");
  const auto floats = [&](int64_t count) {
    std::vector<float> values;
    for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(0.4 * random.Normal()));
    return values;
  };
  policy::GraphBuilder graph(plain.contract);
  auto x = graph.Normalize(policy::kObservation, plain.obs_mean, plain.obs_scale, 5);
  x = graph.History(x, 5, 2, history);
  const int64_t width = 5 * history + 2 * (history - 1);
  x = graph.GruCell(x, {{{24, width}, floats(24 * width)},
                        {{24, 8}, floats(24 * 8)},
                        policy::VectorOf(floats(24)),
                        policy::VectorOf(floats(24))});
  x = graph.Apply(
      policy::Dense{{{2, 8}, floats(16)}, policy::VectorOf(floats(2)), policy::Activation::kTanh},
      {x}, "mean");
  return graph.Build(x);
}

class RememberingTest : public ExportFolderTest {};

TEST_F(RememberingTest, GoldenVectorsAreSequencesFromTheStartOfEpisodes) {
  const PolicyGraph graph = RememberingPolicy(3);
  const GoldenVectors golden = MakeGoldenVectors(graph, std::make_shared<TestTask>(), {100, 4, 3});
  ASSERT_EQ(golden.size(), 100);
  ASSERT_EQ(golden.begin.size(), 100u);
  EXPECT_EQ(std::ranges::count(golden.begin, 1), 4);
  for (int n = 0; n < 100; ++n) EXPECT_EQ(golden.Begins(n), n % 25 == 0) << n;
  const GoldenVectors thin = Thinned(golden, 50);
  EXPECT_EQ(thin.size(), 50);
  EXPECT_EQ(std::ranges::count(thin.begin, 1), 2);
  EXPECT_EQ(thin.torque[2 * 30], golden.torque[2 * 30]);
  // through a file and back
  std::filesystem::create_directory(folder_);
  SaveGolden(folder_ / "golden", golden, "hash");
  EXPECT_EQ(LoadGolden(folder_ / "golden").golden.begin, golden.begin);
}

TEST_F(RememberingTest, EveryFormatThatCanHasItIsVerifiedAndTheOthersSayWhy) {
  const PolicyGraph graph = RememberingPolicy(3);
  const ExportOptions options{
      {Format::kC, Format::kOnnx, Format::kTorchScript, Format::kSafetensors}};
  const auto golden = MakeGoldenVectors(graph, std::make_shared<TestTask>(), {200, 5, 3});
  ExportPolicy(graph, golden, options, folder_);
  const VerifyReport report =
      Verify(folder_, std::make_shared<TestTask>(),
             {.episodes = 5,
              .torchscript_runner = std::filesystem::path(BinaryDir()) / "sinew-torchscript"});
  EXPECT_TRUE(report.passed()) << report.ToString();
  for (const char* name : {"c -O2", "c -Os", "onnx interpreter", "torchscript"}) {
    ASSERT_TRUE(report.Find(name)) << name;
    EXPECT_LT(report.Find(name)->max_error, 1e-5);
    EXPECT_FALSE(report.Find(name)->first_difference);
  }
  EXPECT_EQ(Run("make"), 0) << output_;
  EXPECT_THAT(ReadFile(folder_ / "README.md"), HasSubstr("test_task_reset(&state)"));
  try {
    CheckFormat(graph, Format::kCInt16);
    ADD_FAILURE();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("c-int16 cannot have the policy's state 'past_values'"));
    EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("\n")));
  }
}

TEST_F(RememberingTest, TargetsAreVerifiedAndHeld) {
  const auto task = std::make_shared<TestTask>(R"(
      <position name="s" joint="shoulder" kp="6" ctrlrange="-1.5 2" ctrllimited="true"/>
      <velocity name="e" joint="elbow" kv="2" ctrlrange="-1 1" ctrllimited="true"/>)");
  PolicyGraph graph = RememberingPolicy(3);
  graph.contract.action = task->spec().action;
  NameModel(*task, &graph.contract);
  const ExportOptions options{
      {Format::kC, Format::kOnnx, Format::kTorchScript, Format::kSafetensors}};
  ExportPolicy(graph, MakeGoldenVectors(graph, task, {200, 5, 3}), options, folder_);
  const VerifyReport report =
      Verify(folder_, task,
             {.episodes = 3,
              .torchscript_runner = std::filesystem::path(BinaryDir()) / "sinew-torchscript"});
  EXPECT_TRUE(report.passed()) << report.ToString();
  EXPECT_EQ(Run("make"), 0) << output_;
  EXPECT_THAT(ReadFile(folder_ / "README.md"),
              HasSubstr("test_task_step(&state, observation, target)"));
  WriteFileAtomically(folder_ / "main.c", R"(
    #include <stdio.h>
    #include "test_task_policy.h"
    int main(void) {
      float obs[TEST_TASK_OBS_DIM] = {0}, target[2] = {0.25f, 9};
      test_task_state state;
      test_task_reset(&state);
      obs[1] = NAN;
      /* the place is held, the speed stops */
      printf("%d ", test_task_step(&state, obs, target) == TEST_TASK_BAD_OBSERVATION);
      printf("%g %g\n", (double)target[0], (double)target[1]);
      return 0;
    })");
  ASSERT_EQ(Run("cc -std=c99 -Wall -Wextra -Werror -O2 main.c -o main -lm && ./main"), 0)
      << output_;
  EXPECT_EQ(output_, "1 0.25 0\n");
}

TEST_F(RememberingTest, AStateThatIsNotResetIsFound) {
  const PolicyGraph graph = RememberingPolicy(2);
  ExportPolicy(graph, MakeGoldenVectors(graph, std::make_shared<TestTask>(), {200, 5, 3}), {},
               folder_);
  Edit("test_task_policy.h", "state->begun = 0.0f;", "");
  const VerifyReport report = Verify(folder_, std::make_shared<TestTask>(), {.episodes = 2});
  EXPECT_FALSE(report.passed());
  EXPECT_GT(report.Find("c -O2")->max_error, 1e-5);
}

TEST_F(RememberingTest, AnOperationThatWholeNumbersCannotHaveIsNamed) {
  const policy::TestPolicy plain = TestArtifact();
  policy::GraphBuilder graph(plain.contract);
  auto x = graph.Normalize(policy::kObservation, plain.obs_mean, plain.obs_scale, 5);
  x = graph.Apply(policy::RmsNorm{policy::VectorOf(std::vector<float>(5, 1))}, {x});
  x = graph.Layers(x, std::span(plain.layers));
  try {
    CheckFormat(graph.Build(x), Format::kCInt16);
    ADD_FAILURE();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("c-int16 cannot have the policy's rms_norm (rms_norm)"));
  }
}

}  // namespace
}  // namespace sinew::deploy
