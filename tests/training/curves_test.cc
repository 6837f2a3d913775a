#include "training/study/curves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "tests/core/temporary_folder.h"
#include "training/run/manifest.h"

namespace sinew::training {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

RunCurve MakeRun(const std::string& task, std::vector<int64_t> steps, std::vector<double> means) {
  RunCurve run{task, "ddpg", {}};
  for (size_t i = 0; i < steps.size(); ++i) {
    run.points.push_back({steps[i], means[i], {means[i] - 1, means[i] + 1}});
  }
  return run;
}

TEST(AggregateCurves, ShowsASingleSeedWithItsOwnIntervals) {
  const std::vector<RunCurve> runs{MakeRun("reacher", {10, 20}, {-5, -4})};
  const auto curves = AggregateCurves(runs);
  ASSERT_EQ(curves.size(), 1u);
  EXPECT_EQ(curves[0].seeds, 1);
  EXPECT_THAT(curves[0].episode_return.step, ElementsAre(10, 20));
  EXPECT_THAT(curves[0].episode_return.value, ElementsAre(-5, -4));
  EXPECT_THAT(curves[0].episode_return.low, ElementsAre(-6, -5));
  EXPECT_THAT(curves[0].episode_return.high, ElementsAre(-4, -3));
  EXPECT_TRUE(curves[0].success_rate.step.empty());
}

// at 15 the first seed stands half-way between 0 and 10, the second at 3: mean 4; the first has no
// evaluation at 30
TEST(AggregateCurves, InterpolatesButDoesNotExtrapolate) {
  const std::vector<RunCurve> runs{MakeRun("reacher", {10, 20}, {0, 10}),
                                   MakeRun("reacher", {10, 15, 30}, {2, 3, 6})};
  const auto curves = AggregateCurves(runs);
  ASSERT_EQ(curves.size(), 1u);
  EXPECT_EQ(curves[0].seeds, 2);
  EXPECT_THAT(curves[0].episode_return.step, ElementsAre(10, 15, 20, 30));
  EXPECT_THAT(curves[0].episode_return.value, ElementsAre(1, 4, 7, 6));
}

// of 0, 1, 2, 9 the middle half is 1 and 2
TEST(AggregateCurves, TakesTheInterquartileMeanFromFourSeedsOn) {
  std::vector<RunCurve> runs;
  for (const double mean : {0.0, 1.0, 2.0, 9.0}) runs.push_back(MakeRun("reacher", {10}, {mean}));
  const auto curves = AggregateCurves(runs);
  EXPECT_THAT(curves[0].episode_return.value, ElementsAre(DoubleNear(1.5, 1e-12)));
  EXPECT_LT(curves[0].episode_return.low[0], 1.5);
  EXPECT_GT(curves[0].episode_return.high[0], 1.5);
}

TEST(AggregateCurves, KeepsTasksApart) {
  const std::vector<RunCurve> runs{MakeRun("reacher", {10}, {1}), MakeRun("pendulum", {10}, {2}),
                                   MakeRun("reacher", {10}, {3})};
  const auto curves = AggregateCurves(runs);
  ASSERT_EQ(curves.size(), 2u);
  EXPECT_EQ(curves[0].task, "reacher");
  EXPECT_EQ(curves[0].seeds, 2);
  EXPECT_EQ(curves[1].task, "pendulum");
}

/// A run folder whose eval.jsonl holds `lines`.
RunFolder FolderWith(const TemporaryFolder& temporary, const std::string& lines) {
  const auto folder = RunFolder::Create(temporary / "run");
  RunManifest manifest = DescribeBuildAndMachine();
  manifest.task = "reacher";
  manifest.agent = "ddpg";
  WriteManifest(folder.manifest(), manifest);
  std::ofstream(folder.evaluations()) << lines;
  return folder;
}

constexpr const char* kLine =
    R"({"step":10,"mean":-4.5,"ci95":[-5,-4],"success_rate":0.5,"success_ci95":[0.4,0.6]})"
    "\n";

TEST(LoadRunCurve, ReadsEvaluationsAndLeavesOutAnUnfinishedLine) {
  const TemporaryFolder temporary;
  const RunCurve run =
      LoadRunCurve(FolderWith(temporary, std::string(kLine) + R"({"step":20,"me)"));
  EXPECT_EQ(run.task, "reacher");
  ASSERT_EQ(run.points.size(), 1u);
  EXPECT_EQ(run.points[0].step, 10);
  EXPECT_EQ(run.points[0].mean, -4.5);
  EXPECT_EQ(run.points[0].success_rate, 0.5);
  EXPECT_EQ(run.points[0].success_ci95, (Interval{0.4, 0.6}));
}

TEST(LoadRunCurve, NamesFileAndLineOfDamage) {
  const TemporaryFolder temporary;
  const RunFolder folder = FolderWith(temporary, std::string(kLine) + "{\"step\":20}\n");
  try {
    LoadRunCurve(folder);
    FAIL() << "no error";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("eval.jsonl:2:"));
  }
}

TEST(LoadRunCurve, RefusesARunWithoutEvaluations) {
  const TemporaryFolder temporary;
  EXPECT_THROW(LoadRunCurve(FolderWith(temporary, "")), UserError);
}

}  // namespace
}  // namespace sinew::training
