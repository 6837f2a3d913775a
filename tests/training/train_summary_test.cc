#include "training/train_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sinew::training {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

spec::TaskSpec ReachTask() {
  spec::TaskSpec spec;
  spec.success = {{"5cm", 0.05, 10}};
  return spec;
}

/// A run that has learned something.
TrainSummary Sound() {
  TrainSummary summary;
  summary.evaluation.episodes.resize(100);
  summary.evaluation.mean = -4;
  summary.has_best = summary.ever_succeeded = true;
  summary.reward_low = -2;
  summary.reward_high = 0;
  summary.baselines = {{"random", -60}, {"zero", -44}};
  return summary;
}

TEST(ThingsToKnowTest, OfASoundRunThereAreNone) {
  EXPECT_THAT(ThingsToKnow(Sound(), ReachTask()), IsEmpty());
}

TEST(ThingsToKnowTest, DivergenceIsToldWithItsJointAndWhatHelps) {
  TrainSummary summary = Sound();
  summary.evaluation.diverged = 12;
  summary.evaluation.divergence = "qacc of 'elbow' became non-finite";
  summary.has_best = false;
  EXPECT_THAT(ThingsToKnow(summary, ReachTask()),
              ElementsAre(AllOf(HasSubstr("12 of 100 episodes of the final evaluation"),
                                HasSubstr("'elbow'"), HasSubstr("armature")),
                          HasSubstr("no best policy")));
  summary = Sound();
  summary.diverged = 3;
  EXPECT_THAT(ThingsToKnow(summary, ReachTask()), ElementsAre(HasSubstr("3 training episodes")));
}

TEST(ThingsToKnowTest, AGoalThatWasNeverReachedIsTold) {
  TrainSummary summary = Sound();
  summary.ever_succeeded = false;
  EXPECT_THAT(ThingsToKnow(summary, ReachTask()),
              ElementsAre(AllOf(HasSubstr("no episode of any evaluation succeeded"),
                                HasSubstr("0.05 m"), HasSubstr("sinew check"))));
  EXPECT_THAT(ThingsToKnow(summary, spec::TaskSpec()), IsEmpty()) << "a task without a goal";
}

TEST(ThingsToKnowTest, ARewardThatNeverChangesIsTold) {
  TrainSummary summary = Sound();
  summary.reward_low = summary.reward_high = 0.25;
  EXPECT_THAT(ThingsToKnow(summary, ReachTask()), ElementsAre(HasSubstr("earned 0.25")));
}

TEST(ThingsToKnowTest, APolicyThatIsWorthNoMoreThanNothingIsTold) {
  TrainSummary summary = Sound();
  summary.evaluation.mean = -44.5;
  EXPECT_THAT(ThingsToKnow(summary, ReachTask()),
              ElementsAre(AllOf(HasSubstr("no better than 'zero'"), HasSubstr("-44.50"))));
}

TEST(ThingsToKnowTest, AnInterruptedRunIsNotJudged) {
  TrainSummary summary;
  summary.interrupted = true;
  EXPECT_THAT(ThingsToKnow(summary, ReachTask()), IsEmpty());
}

}  // namespace
}  // namespace sinew::training
