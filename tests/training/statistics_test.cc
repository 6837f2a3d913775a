#include "training/evaluation/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/random.h"

namespace sinew::training {
namespace {

using Values = std::vector<double>;

TEST(Statistics, MeanAndStdDevMatchValuesByHand) {
  // mean (2+4+4+4+5+5+7+9)/8 = 5; squares 9+1+1+1+0+0+4+16 = 32; variance 32/7
  const Values values = {2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_DOUBLE_EQ(Mean(values), 5);
  EXPECT_DOUBLE_EQ(StdDev(values), std::sqrt(32.0 / 7));
  EXPECT_EQ(StdDev(Values{3}), 0);
}

TEST(Statistics, QuantileInterpolatesBetweenOrderStatistics) {
  const Values values = {40, 10, 30, 20};  // sorted 10 20 30 40, positions 0..3
  EXPECT_DOUBLE_EQ(Quantile(values, 0), 10);
  EXPECT_DOUBLE_EQ(Quantile(values, 1), 40);
  EXPECT_DOUBLE_EQ(Quantile(values, 0.25), 17.5);  // position 0.75
  EXPECT_DOUBLE_EQ(Median(values), 25);
  EXPECT_DOUBLE_EQ(Median(Values{5, 1, 3}), 3);
}

TEST(Statistics, InterquartileMeanOfAMultipleOfFourDropsWholeValues) {
  // n = 8: two values fall off at either end, (3+4+5+6)/4; the outliers do not matter
  EXPECT_DOUBLE_EQ(InterquartileMean(Values{-1e9, 1, 3, 4, 5, 6, 7, 1e9}), 4.5);
}

TEST(Statistics, InterquartileMeanWeighsTheValuesAtTheCutsByTheirFraction) {
  // n = 5: [1.25, 3.75] of the axis [0, 5], so weights 0, 0.75, 1, 0.75, 0 on 1 2 4 8 100:
  // (0.75*2 + 4 + 0.75*8) / 2.5 = 11.5 / 2.5 = 4.6
  EXPECT_DOUBLE_EQ(InterquartileMean(Values{100, 8, 4, 2, 1}), 4.6);
  // n = 6: [1.5, 4.5], weights 0, 0.5, 1, 1, 0.5, 0 on 1 2 3 5 8 13: (1 + 3 + 5 + 4) / 3
  EXPECT_DOUBLE_EQ(InterquartileMean(Values{1, 2, 3, 5, 8, 13}), 13.0 / 3);
  // n = 3: [0.75, 2.25], weights 0.25, 1, 0.25 on 1 2 6: (0.25 + 2 + 1.5) / 1.5 = 2.5
  EXPECT_DOUBLE_EQ(InterquartileMean(Values{1, 2, 6}), 2.5);
  EXPECT_DOUBLE_EQ(InterquartileMean(Values{1, 2}), 1.5);
  EXPECT_DOUBLE_EQ(InterquartileMean(Values{7}), 7);
}

TEST(Statistics, BootstrapIsDeterministicInItsSeed) {
  const Values values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const Interval first = BootstrapConfidenceInterval(values, Mean, {.seed = 3});
  EXPECT_EQ(first, BootstrapConfidenceInterval(values, Mean, {.seed = 3}));
  EXPECT_NE(first, BootstrapConfidenceInterval(values, Mean, {.seed = 4}));
}

TEST(Statistics, BootstrapOfTheMeanMatchesTheNormalApproximation) {
  // 0..99: population variance (100^2-1)/12 = 833.25, so the mean of 100 draws has deviation
  // sqrt(8.3325) = 2.8866, and 49.5 +- 1.96 * 2.8866 = [43.842, 55.158]; the ends from 20,000
  // resamples scatter by about 0.06
  Values values(100);
  for (int i = 0; i < 100; ++i) values[i] = i;
  const Interval interval = BootstrapConfidenceInterval(values, Mean, {.resamples = 20000});
  EXPECT_NEAR(interval.low, 43.842, 0.3);
  EXPECT_NEAR(interval.high, 55.158, 0.3);
}

TEST(Statistics, BootstrapIntervalCoversTheTruthAtItsLevel) {
  // normal samples of 40: a percentile interval at 90 % covers the mean in about 88.5 % of 400
  // trials, deviation 1.6 %
  Random random(1, "coverage");
  int covered = 0;
  for (int trial = 0; trial < 400; ++trial) {
    Values values(40);
    for (double& value : values) value = random.Normal();
    const Interval interval = BootstrapConfidenceInterval(
        values, Mean, {.resamples = 300, .level = 0.9, .seed = static_cast<uint64_t>(trial)});
    covered += interval.low <= 0 && 0 <= interval.high;
  }
  EXPECT_GE(covered, 332);  // 83 %
  EXPECT_LE(covered, 384);  // 96 %
}

TEST(Statistics, StratifiedBootstrapKeepsEveryStratumAtItsSize) {
  // constant strata leave nothing to chance: the pooled mean is always (2*0 + 3*10)/5 = 6
  const std::vector<Values> strata = {{0, 0}, {10, 10, 10}};
  EXPECT_EQ(StratifiedBootstrapConfidenceInterval(strata, Mean), (Interval{6, 6}));
  // the same values as one sample do vary
  const Interval plain = BootstrapConfidenceInterval(Values{0, 0, 10, 10, 10}, Mean);
  EXPECT_LT(plain.low, plain.high);
}

TEST(Statistics, WilsonIntervalMatchesValuesByHand) {
  // 8 of 10, z = 1.959964, z^2 = 3.841459: center (0.8 + 0.192073)/1.384146 = 0.716740,
  // half 1.959964 * sqrt(0.016 + 0.00960365)/1.384146 = 0.226577
  const Interval eight = WilsonInterval(8, 10);
  EXPECT_NEAR(eight.low, 0.490162, 1e-6);
  EXPECT_NEAR(eight.high, 0.943318, 1e-6);
  // no success: [0, z^2/(n + z^2)] = [0, 3.841459/13.841459]
  EXPECT_EQ(WilsonInterval(0, 10).low, 0);
  EXPECT_NEAR(WilsonInterval(0, 10).high, 0.277533, 1e-6);
  EXPECT_EQ(WilsonInterval(10, 10).high, 1);
  EXPECT_NEAR(WilsonInterval(10, 10).low, 1 - 0.277533, 1e-6);
  // at 68.2689 % z is 1: 1 of 2 gives center 0.5, half sqrt(1/8 + 1/16)/1.5 = 0.288675
  EXPECT_NEAR(WilsonInterval(1, 2, 0.682689492).low, 0.5 - 0.288675, 1e-6);
}

TEST(Statistics, RejectsWhatHasNoAnswer) {
  const Values with_nan = {1, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THROW(Mean({}), Error);
  EXPECT_THROW(InterquartileMean({}), Error);
  EXPECT_THROW(Median(with_nan), Error);
  EXPECT_THROW(Quantile(Values{1}, 1.1), Error);
  EXPECT_THROW(BootstrapConfidenceInterval({}, Mean), Error);
  EXPECT_THROW(BootstrapConfidenceInterval(Values{1}, Mean, {.resamples = 0}), Error);
  EXPECT_THROW(BootstrapConfidenceInterval(Values{1}, Mean, {.level = 1}), Error);
  EXPECT_THROW(StratifiedBootstrapConfidenceInterval({}, Mean), Error);
  EXPECT_THROW(WilsonInterval(3, 2), Error);
  EXPECT_THROW(WilsonInterval(0, 0), Error);
}

}  // namespace
}  // namespace sinew::training
