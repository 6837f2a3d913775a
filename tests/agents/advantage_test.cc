#include "agents/rollout/advantage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

/// Three steps of one environment with V = 4, 2, 6 and rewards 1, 2, 3.
struct ThreeSteps {
  std::vector<float> rewards{1, 2, 3}, values{4, 2, 6}, next_values{2, 6, 8};
  std::vector<StepEnd> ends{StepEnd::kContinues, StepEnd::kContinues, StepEnd::kContinues};

  std::vector<float> Advantages(double gamma, double lambda) const {
    std::vector<float> advantages(3);
    GeneralizedAdvantage({1, rewards, values, next_values, ends}, gamma, lambda, advantages);
    return advantages;
  }
};

// gamma = lambda = 1/2, so that the trace is 1/4 a step:
// delta_3 = 3 + 8/2 - 6 = 1, delta_2 = 2 + 6/2 - 2 = 3, delta_1 = 1 + 2/2 - 4 = -2
// A_3 = 1, A_2 = 3 + 1/4, A_1 = -2 + 3.25/4
TEST(GeneralizedAdvantageTest, ThreeStepsByHand) {
  EXPECT_THAT(ThreeSteps().Advantages(0.5, 0.5), ElementsAre(-1.1875f, 3.25f, 1));
}

TEST(GeneralizedAdvantageTest, LambdaZeroIsOneStepAndLambdaOneTheWholeReturn) {
  EXPECT_THAT(ThreeSteps().Advantages(0.5, 0), ElementsAre(-2, 3, 1));
  // 1 + 2/2 + 3/4 + 8/8 - 4,  2 + 3/2 + 8/4 - 2,  3 + 8/2 - 6
  EXPECT_THAT(ThreeSteps().Advantages(0.5, 1), ElementsAre(-0.25f, 3.5f, 1));
}

// delta_2 = 2 - 2 = 0: the value of the successor is not read, and nothing of step 3 comes through
TEST(GeneralizedAdvantageTest, NothingIsEarnedBehindATerminalState) {
  ThreeSteps steps;
  steps.ends[1] = StepEnd::kTerminated;
  steps.next_values[1] = NAN;
  EXPECT_THAT(steps.Advantages(0.5, 0.5), ElementsAre(-2, 0, 1));
}

// delta_2 = 2 + 10/2 - 2 = 5 with the value of the true successor; A_1 = -2 + 5/4
TEST(GeneralizedAdvantageTest, TruncatedStepBootstrapsAndCutsTheTrace) {
  ThreeSteps steps;
  steps.ends[1] = StepEnd::kTruncated;
  steps.next_values[1] = 10;
  EXPECT_THAT(steps.Advantages(0.5, 0.5), ElementsAre(-0.75f, 5, 1));
}

// the step before is worth its reward and the value of the state that broke: A_1 = delta_1
TEST(GeneralizedAdvantageTest, DivergedStepIsLeftOut) {
  ThreeSteps steps;
  steps.ends[1] = StepEnd::kDiverged;
  steps.rewards[1] = NAN;
  EXPECT_THAT(steps.Advantages(0.5, 0.5), ElementsAre(-2, 0, 1));
}

TEST(GeneralizedAdvantageTest, EnvironmentsDoNotMix) {
  ThreeSteps first, second;
  second.rewards = {-5, 0, 7};
  second.ends[0] = StepEnd::kTerminated;
  std::vector<float> rewards, values, next_values, advantages(6), expected;
  std::vector<StepEnd> ends;
  const auto first_alone = first.Advantages(0.9, 0.8), second_alone = second.Advantages(0.9, 0.8);
  for (int t = 0; t < 3; ++t) {
    for (const ThreeSteps* steps : {&first, &second}) {
      rewards.push_back(steps->rewards[t]);
      values.push_back(steps->values[t]);
      next_values.push_back(steps->next_values[t]);
      ends.push_back(steps->ends[t]);
    }
    expected.push_back(first_alone[t]);
    expected.push_back(second_alone[t]);
  }
  GeneralizedAdvantage({2, rewards, values, next_values, ends}, 0.9, 0.8, advantages);
  EXPECT_EQ(advantages, expected);
}

TEST(StepEndTest, DivergenceOutranksTerminationOutranksTruncation) {
  EXPECT_EQ(EndOf({}), StepEnd::kContinues);
  EXPECT_EQ(EndOf({.truncated = true}), StepEnd::kTruncated);
  EXPECT_EQ(EndOf({.terminated = true, .truncated = true}), StepEnd::kTerminated);
  EXPECT_EQ(EndOf({.truncated = true, .diverged = true}), StepEnd::kDiverged);
}

// mean 4, deviations -3, 0, 3: standard deviation sqrt(6)
TEST(StandardizeTest, MeanZeroAndDeviationOne) {
  std::vector<float> values{1, 4, 7};
  Standardize(values);
  EXPECT_THAT(values, ElementsAre(FloatEq(-std::sqrt(1.5f)), 0, FloatEq(std::sqrt(1.5f))));
  std::vector<float> one{5}, equal{3, 3};
  Standardize(one);
  Standardize(equal);
  EXPECT_THAT(one, ElementsAre(0));
  EXPECT_THAT(equal, ElementsAre(0, 0));
}

// targets 0, 2, 4 have variance 8/3; the errors 0, 1, 2 have 2/3
TEST(ExplainedVarianceTest, ShareOfTheTargetsVariance) {
  const std::vector<float> targets{0, 2, 4}, halves{0, 1, 2}, shifted{10, 12, 14};
  EXPECT_NEAR(ExplainedVariance(halves, targets), 0.75, 1e-6);
  EXPECT_NEAR(ExplainedVariance(shifted, targets), 1, 1e-6);
  EXPECT_EQ(ExplainedVariance(targets, std::vector<float>{3, 3, 3}), 0);
}

class ReturnScaleTest : public testing::Test {
 protected:
  void Observe(float reward, const spec::StepResult& result = {}) {
    scale_.Observe({&reward, 1}, {&result, 1});
  }
  ReturnScale scale_{0.5, 1};
};

// returns 1, 1 + 1/2, and 2 in the next episode: mean 1.5, deviations -1/2, 0, 1/2
TEST_F(ReturnScaleTest, DeviationOfTheDiscountedReturn) {
  EXPECT_EQ(scale_.std_dev(), 1) << "nothing seen";
  Observe(1);
  EXPECT_EQ(scale_.std_dev(), 1) << "nothing varies";
  Observe(1, {.truncated = true});
  Observe(2);
  EXPECT_NEAR(scale_.std_dev(), std::sqrt(0.5 / 3), 1e-12);
}

TEST_F(ReturnScaleTest, DivergedStepIsLeftOut) {
  Observe(1);
  Observe(1e6, {.diverged = true});
  Observe(2);
  EXPECT_NEAR(scale_.std_dev(), 0.5, 1e-12) << "returns 1 and 2, of two episodes";
}

TEST_F(ReturnScaleTest, GoesOnAfterRestoring) {
  Observe(1);
  Observe(3);
  const ScratchFile file;
  {
    models::Archive archive;
    scale_.Serialize(archive, "scale");
    archive.Write(file.path());
  }
  ReturnScale restored(0.5, 1);
  models::Archive archive(file.path());
  restored.Serialize(archive, "scale");
  Observe(4);
  const float reward = 4;
  const spec::StepResult result;
  restored.Observe({&reward, 1}, {&result, 1});
  EXPECT_EQ(restored.std_dev(), scale_.std_dev());
  EXPECT_NE(restored.std_dev(), 1);
}

}  // namespace
}  // namespace sinew::agents
