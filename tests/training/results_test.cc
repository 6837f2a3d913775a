#include "training/study/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/files.h"
#include "tests/core/temporary_folder.h"

namespace sinew::training {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

FreshEvaluation FreshWithMean(double mean) {
  const FreshEvaluation::Figures figures{mean, mean, {mean - 1, mean + 1}, {{"5cm", 0.5, {}}}, 1};
  return {.episodes = 400, .seed = 7, .last = figures, .best = figures};
}

RunResult MakeRun(const std::string& agent, uint64_t seed, double mean, double seconds) {
  RunResult run{.manifest = DescribeBuildAndMachine(), .fresh = FreshWithMean(mean)};
  run.manifest.task = "reacher";
  run.manifest.agent = agent;
  run.manifest.seed = seed;
  run.manifest.config_hash = "h";
  run.manifest.command_line = "sinew train reacher --out runs/x --seed " + std::to_string(seed);
  run.manifest.status = RunStatus::kFinished;
  run.manifest.env_steps = 100'000;
  run.manifest.wall_clock_seconds = seconds;
  return run;
}

// means -5, -4, -3: mean -4; half of 3 x 400 episodes succeed
TEST(AggregateResults, SeedsOfOneConfigurationShareARow) {
  const std::vector<RunResult> runs{MakeRun("td3", 2, -4, 30), MakeRun("td3", 1, -5, 10),
                                    MakeRun("td3", 3, -3, 20), MakeRun("ddpg", 1, -6, 5)};
  const auto rows = AggregateResults(runs);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].agent, "ddpg");
  const ResultRow& td3 = rows[1];
  EXPECT_THAT(td3.seeds, ElementsAre(1, 2, 3));
  EXPECT_THAT(td3.returns, ElementsAre(-5, -4, -3));
  EXPECT_DOUBLE_EQ(td3.mean, -4);
  EXPECT_DOUBLE_EQ(td3.wall_seconds, 20);
  EXPECT_EQ(td3.diverged, 3);
  EXPECT_EQ(td3.command, "sinew train reacher --seed 1");
  ASSERT_EQ(td3.success.size(), 1u);
  EXPECT_DOUBLE_EQ(td3.success[0].rate, 0.5);
  EXPECT_EQ(td3.success[0].ci95, WilsonInterval(600, 1200));
  EXPECT_EQ(rows[0].ci95, (Interval{-7, -5})) << "one seed: over its episodes";
}

TEST(AggregateResults, AnotherConfigurationIsAnotherRow) {
  std::vector<RunResult> runs{MakeRun("td3", 1, -4, 30), MakeRun("td3", 1, -3, 30)};
  runs[1].manifest.config_hash = "other";
  EXPECT_EQ(AggregateResults(runs).size(), 2u);
}

TEST(AggregateResults, RunsThatDidNotFinishAreShownAndNotCounted) {
  std::vector<RunResult> runs{MakeRun("td3", 1, -4, 30), MakeRun("td3", 2, -3, 30),
                              MakeRun("td3", 3, -2, 30)};
  runs[1].manifest.status = RunStatus::kFailed;
  runs[2].fresh.reset();
  const auto rows = AggregateResults(runs);
  EXPECT_DOUBLE_EQ(rows[0].mean, -4);
  EXPECT_THAT(rows[0].unfinished, ElementsAre(2, 3));
  EXPECT_THAT(ResultsMarkdown(rows, {}), HasSubstr("(unfinished: 2, 3)"));
  runs[0].fresh.reset();
  EXPECT_THAT(ResultsMarkdown(AggregateResults(runs), {}), HasSubstr("none finished"));
}

TEST(ResultsMarkdown, PublishedFiguresStandBesideTheSameStepsAndAgent) {
  const std::vector<RunResult> runs{MakeRun("td3", 1, -4, 130)};
  const std::vector<PublishedResult> published{{"reacher", "td3", 100'000, -4.6, "A"},
                                               {"reacher", "", 100'000, -4.4, "B"},
                                               {"reacher", "ddpg", 100'000, -4.9, "C"},
                                               {"reacher", "td3", 1'000'000, -3.6, "D"}};
  const std::string text = ResultsMarkdown(AggregateResults(runs), published);
  EXPECT_THAT(text,
              AllOf(HasSubstr("## reacher"), HasSubstr("| td3 | 100k | -4.00 (-5.00 to -3.00)"),
                    HasSubstr("| 2.2 min | -4.60 (A); -4.40 (B) |"), Not(HasSubstr("(C)")),
                    Not(HasSubstr("(D)"))));
}

// MakeRun's fresh episodes: one of 400 a seed diverged
TEST(ResultsMarkdown, DivergedEpisodesStandBesideTheSeeds) {
  std::vector<RunResult> runs{MakeRun("td3", 1, -4, 30), MakeRun("td3", 2, -3, 30)};
  EXPECT_THAT(ResultsMarkdown(AggregateResults(runs), {}),
              HasSubstr("| -4.00 -3.00 (2 of 800 episodes diverged) |"));
  for (RunResult& run : runs) run.fresh->last.diverged = 0;
  EXPECT_THAT(ResultsMarkdown(AggregateResults(runs), {}), Not(HasSubstr("diverged")));
}

TEST(ResultsMarkdown, APresetThatWasAskedForIsNamed) {
  std::vector<RunResult> runs{MakeRun("td3", 1, -4, 30), MakeRun("td3", 1, -3, 30)};
  runs[1].manifest.config_hash = "a";  // sorts before that of the other
  runs[1].manifest.command_line =
      "sinew train reacher --preset reacher-precise --out runs/x --seed 1";
  const std::string text = ResultsMarkdown(AggregateResults(runs), {});
  EXPECT_LT(text.find("| td3 | 100k | -4.00"), text.find("| td3 `reacher-precise` | 100k"));
  EXPECT_THAT(text, AllOf(HasSubstr("| td3 `reacher-precise` | 100k | -3.00"),
                          HasSubstr("sinew train reacher --preset reacher-precise --seed 1\n")));
}

TEST(AggregateResults, ReadsOptionsWithAnEqualsSignToo) {
  RunResult run = MakeRun("td3", 1, -4, 30);
  run.manifest.command_line = "sinew train reacher --preset=paper --seed=1 --out=runs/x";
  const ResultRow row = AggregateResults(std::vector{run}).front();
  EXPECT_EQ(row.preset, "paper");
  EXPECT_EQ(row.command, "sinew train reacher --preset=paper --seed=1");
}

TEST(Fresh, ReadsBackWhatWasWrittenAndNamesADamagedFile) {
  TemporaryFolder scratch;
  const RunFolder folder = RunFolder::Create(scratch / "run");
  EXPECT_FALSE(ReadFresh(folder));
  WriteFresh(folder, FreshWithMean(-4));
  const auto fresh = ReadFresh(folder);
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->last.mean, -4);
  EXPECT_EQ(fresh->best.success[0].name, "5cm");
  WriteFileAtomically(FreshPath(folder), "{\"episodes\": 3}");
  EXPECT_THAT([&] { ReadFresh(folder); }, ThrowsMessage<UserError>(HasSubstr("fresh.json")));
}

TEST(KeepSummary, CopiesWhatTheTableRestsOn) {
  TemporaryFolder scratch;
  const RunFolder folder = RunFolder::Create(scratch / "run");
  WriteManifest(folder.manifest(), MakeRun("td3", 1, -4, 30).manifest);
  WriteFileAtomically(folder.config(), "[agent]\n");
  WriteFresh(folder, FreshWithMean(-4));
  KeepSummary(folder, scratch / "kept");
  const RunResult kept = LoadRunResult(RunFolder::Open(scratch / "kept/run"));
  EXPECT_EQ(kept.manifest, LoadRunResult(folder).manifest);
  EXPECT_EQ(kept.fresh->last.mean, -4);
}

TEST(ReadPublished, NamesWhatIsMissing) {
  TemporaryFolder scratch;
  const auto file = scratch / "published.toml";
  WriteFileAtomically(file,
                      "[[result]]\ntask = \"reacher\"\nenv_steps = 5\nvalue = -4\n"
                      "source = \"A\"\n[[result]]\ntask = \"reacher\"\n");
  EXPECT_THAT(
      [&] { ReadPublished(file); },
      ThrowsMessage<UserError>(AllOf(HasSubstr("published.toml"), HasSubstr("[[result]] 2"))));
}

}  // namespace
}  // namespace sinew::training
