// From a trained run to everything that is made of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/files.h"
#include "tests/apps/program.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::StartsWith;

TEST(TrainCommand, LeavesEverythingInTheRunFolder) {
  for (const char* name : {"manifest.json", "config.toml", "progress.csv", "eval.jsonl",
                           "best.policy", "final.policy"}) {
    EXPECT_TRUE(fs::is_regular_file(TrainedRun() / name)) << name;
  }
  EXPECT_FALSE(fs::is_empty(TrainedRun() / "checkpoints"));
}

TEST(EvalCommand, GivesTheSameDocumentForTheSameSeed) {
  const Scratch scratch;
  const std::string run = TrainedRun().string();
  const auto evaluate = [&](const char* seed) {
    const Outcome outcome =
        scratch.Sinew({"eval", run, "--episodes", "5", "--seed", seed, "--json"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return json::parse(outcome.out);
  };
  const json first = evaluate("7");
  for (const char* key : {"task", "policy", "episodes", "mean", "iqm", "ci95", "success_rate",
                          "success_ci95", "episode_length"}) {
    EXPECT_TRUE(first.contains(key)) << key;
  }
  EXPECT_EQ(first.at("task"), "pendulum");
  EXPECT_EQ(first.at("episodes"), 5);
  EXPECT_EQ(first, evaluate("7"));
  EXPECT_NE(first.at("mean"), evaluate("8").at("mean"));
}

TEST(EvalCommand, OfAPolicyFileEqualsThatOfItsRun) {
  const Scratch scratch;
  const auto mean = [&](const fs::path& what) {
    const Outcome outcome = scratch.Sinew({"eval", what.string(), "--episodes", "3", "--json"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return json::parse(outcome.out).at("mean").get<double>();
  };
  EXPECT_EQ(mean(TrainedRun()), mean(TrainedRun() / "final.policy"));
}

TEST(PlotCommand, DrawsPngAndSvg) {
  const Scratch scratch;
  const std::string run = TrainedRun().string();
  const Outcome png = scratch.Sinew({"plot", run, run, "--out", "curve.png"});
  ASSERT_EQ(png.status, 0) << png.err;
  EXPECT_THAT(ReadFile(scratch / "curve.png"), StartsWith("\x89PNG"));
  const Outcome svg = scratch.Sinew({"plot", run, "--out", "curve.svg"});
  ASSERT_EQ(svg.status, 0) << svg.err;
  EXPECT_THAT(ReadFile(scratch / "curve.svg"), HasSubstr("pendulum ddpg"));
}

TEST(ExportCommand, ToEveryFormatPassesVerification) {
  const Scratch scratch;
  const Outcome exported =
      scratch.Sinew({"export", TrainedRun().string(), "--format", "all", "--out", "c"});
  ASSERT_EQ(exported.status, 0) << exported.err;
  const Outcome verified = scratch.Sinew({"verify", "c", "--episodes", "3", "--json"});
  ASSERT_EQ(verified.status, 0) << verified.err;
  const json report = json::parse(verified.out);
  EXPECT_TRUE(report.at("passed"));
  EXPECT_EQ(report.at("vectors"), 10000);
  std::vector<std::string> tried;
  for (const json& backend : report.at("backends")) {
    if (backend.contains("skipped")) continue;
    tried.push_back(backend.at("name"));
    EXPECT_LT(backend.at("max_error"), tried.back().starts_with("c-int16") ? 1e-2 : 1e-5);
  }
  EXPECT_THAT(tried,
              IsSupersetOf({"c -O2", "c -Os", "c-int16 -O2", "onnx interpreter", "torchscript"}));
}

// residual sums, norms and a bounded head
TEST(ExportCommand, OfNormalisedResidualNetworksPassesVerification) {
  const Scratch scratch;
  const Outcome trained = scratch.Sinew({"train",
                                         "pendulum",
                                         "--agent",
                                         "fsac",
                                         "--quiet",
                                         "--steps",
                                         "600",
                                         "--out",
                                         "run",
                                         "--set",
                                         "agent.learning_starts=200",
                                         "--set",
                                         "agent.batch_size=16",
                                         "--set",
                                         "agent.actor_width=16",
                                         "--set",
                                         "agent.critic_width=16",
                                         "--set",
                                         "train.final_episodes=2",
                                         "--set",
                                         "train.eval_episodes=2"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  const Outcome exported = scratch.Sinew(
      {"export", "run", "--format", "c,onnx,torchscript", "--out", "c", "--vectors", "200"});
  ASSERT_EQ(exported.status, 0) << exported.err;
  const Outcome verified = scratch.Sinew({"verify", "c", "--episodes", "2", "--json"});
  ASSERT_EQ(verified.status, 0) << verified.err;
  const json report = json::parse(verified.out);
  std::vector<std::string> tried;
  for (const json& backend : report.at("backends")) {
    if (backend.contains("skipped")) continue;
    tried.push_back(backend.at("name"));
    EXPECT_LT(backend.at("max_error"), 1e-5) << tried.back();
  }
  EXPECT_THAT(tried, IsSupersetOf({"c -O2", "onnx interpreter", "torchscript"}));
}

TEST(ExportCommand, ThatWasChangedFailsVerification) {
  const Scratch scratch;
  ASSERT_EQ(scratch.Sinew({"export", TrainedRun().string(), "--out", "c"}).status, 0);
  // the output's bias is moved
  const std::string file = scratch / "c/pendulum_policy.h";
  std::string header = ReadFile(file);
  const std::string bias = "pendulum_bias2[1] = {";
  const size_t at = header.find(bias);
  ASSERT_NE(at, std::string::npos);
  header.insert(at + bias.size(), "0.5f + ");
  WriteFileAtomically(file, header);
  const Outcome verified = scratch.Sinew({"verify", "c", "--episodes", "2"});
  EXPECT_EQ(verified.status, 1);
  EXPECT_THAT(verified.out, HasSubstr("FAILED"));
  EXPECT_EQ(verified.error_lines(), 1) << verified.err;
}

TEST(ExportCommand, ToSafetensorsHoldsTheSamePolicy) {
  const Scratch scratch;
  const Outcome exported =
      scratch.Sinew({"export", TrainedRun().string(), "--format", "safetensors", "--out", "s"});
  ASSERT_EQ(exported.status, 0) << exported.err;
  EXPECT_EQ(ReadFile(scratch / "s/policy.safetensors"), ReadFile(TrainedRun() / "final.policy"));
}

TEST(RecordCommand, FilmsWithoutADisplay) {
  const Scratch scratch;
  const Outcome filmed =
      scratch.Sinew({"record", TrainedRun().string(), "--episodes", "1", "--width", "96",
                     "--height", "72", "--fps", "5", "--no-shadows", "--out", "film.gif"});
  ASSERT_EQ(filmed.status, 0) << filmed.err;
  EXPECT_THAT(ReadFile(scratch / "film.gif"), StartsWith("GIF89a"));
}

}  // namespace
}  // namespace sinew::apps
