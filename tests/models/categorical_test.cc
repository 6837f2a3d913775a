#include "models/kernels/categorical.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "core/random.h"

namespace sinew::models {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

constexpr Support kFive{5, 2};  // -2, -1, 0, 1, 2

std::vector<float> Random5(Random* random, int rows) {
  std::vector<float> values(5 * static_cast<size_t>(rows));
  for (float& value : values) value = static_cast<float>(2 * random->Normal());
  return values;
}

double MeanOf(const std::vector<float>& logits, int row) {
  double sum = 0, mean = 0;
  for (int k = 0; k < 5; ++k) {
    const double e = std::exp(static_cast<double>(logits[5 * row + k]));
    sum += e;
    mean += e * (k - 2);
  }
  return mean / sum;
}

TEST(CategoricalTest, SoftmaxAndMeansAgreeWithDoubles) {
  Random random(1);
  const auto logits = Random5(&random, 7);
  std::vector<float> p(logits.size()), means(7);
  Softmax(kFive, logits, p);
  Means(kFive, p, means);
  for (int i = 0; i < 7; ++i) {
    EXPECT_NEAR(std::accumulate(p.begin() + 5 * i, p.begin() + 5 * i + 5, 0.0), 1, 1e-6);
    EXPECT_NEAR(means[i], MeanOf(logits, i), 1e-5);
  }
}

// all mass on 1; R + d (1 + bonus) = 0.25 + 0.5 (1 + 0.5) = 1: an atom of its own
// R + d = 0.25 + 0.5 = 0.75: a quarter to 0, the rest to 1
TEST(CategoricalTest, ProjectionSharesByNearness) {
  const std::vector<float> p{0, 0, 0, 1, 0, 0, 0, 0, 1, 0}, r{0.25f, 0.25f}, d{0.5f, 0.5f};
  std::vector<float> targets(10);
  ProjectReturns(kFive, p, r, d, std::vector<float>{0.5f, 0}, targets);
  EXPECT_THAT(targets, ElementsAre(0, 0, 0, 1, 0, 0, 0, 0.25f, 0.75f, 0));
}

// behind a terminal state the return is the reward; beyond the support it is the outermost atom
TEST(CategoricalTest, ProjectionAtTheEndsOfEpisodesAndOfTheSupport) {
  const std::vector<float> p{0.2f, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f};
  std::vector<float> targets(10);
  ProjectReturns(kFive, p, std::vector<float>{-0.5f, 1e30f}, std::vector<float>{0, 0.9f},
                 std::vector<float>{3, 0}, targets);
  EXPECT_THAT(targets, testing::Pointwise(FloatNear(1e-6f),
                                          std::vector<float>{0, 0.5f, 0.5f, 0, 0, 0, 0, 0, 0, 1}));
}

// where nothing is cut off, projection keeps mass and mean: R + d (mean + bonus)
TEST(CategoricalTest, ProjectionKeepsMassAndMean) {
  Random random(2);
  std::vector<float> p(5), targets(5), mean(1), moved(1);
  for (int trial = 0; trial < 50; ++trial) {
    Softmax(kFive, Random5(&random, 1), p);
    const float r = static_cast<float>(random.Uniform(-0.5, 0.5)),
                d = static_cast<float>(random.Uniform(0, 0.7));
    ProjectReturns(kFive, p, std::vector<float>{r}, std::vector<float>{d}, std::vector<float>{0.1f},
                   targets);
    Means(kFive, p, mean);
    Means(kFive, targets, moved);
    EXPECT_NEAR(std::accumulate(targets.begin(), targets.end(), 0.0), 1, 1e-6);
    EXPECT_NEAR(moved[0], r + d * (mean[0] + 0.1f), 1e-5);
  }
}

TEST(CategoricalTest, ARewardThatIsNoNumberIsSeenInTheLoss) {
  const std::vector<float> p(5, 0.2f);
  std::vector<float> targets(5), gradient(5);
  ProjectReturns(kFive, p, std::vector<float>{NAN}, std::vector<float>{0.9f}, std::vector<float>{0},
                 targets);
  EXPECT_TRUE(std::isnan(CrossEntropy(kFive, p, targets, {}, gradient)));
}

TEST(CategoricalTest, GradientsAgreeWithFiniteDifferences) {
  Random random(3);
  constexpr int kRows = 3;
  auto logits = Random5(&random, kRows);
  const std::vector<float> weights{1, 0.5f, 2}, slopes{0.3f, -1, 0.7f};
  std::vector<float> targets(logits.size()), p(logits.size()), by_loss(logits.size()),
      by_mean(logits.size()), means(kRows), unused(logits.size());
  Softmax(kFive, Random5(&random, kRows), targets);
  const auto loss = [&] {
    Softmax(kFive, logits, p);
    return CrossEntropy(kFive, p, targets, weights, unused);
  };
  const auto pull = [&] {
    double sum = 0;
    for (int i = 0; i < kRows; ++i) sum += slopes[i] * MeanOf(logits, i);
    return sum;
  };
  loss();
  CrossEntropy(kFive, p, targets, weights, by_loss);
  Means(kFive, p, means);
  MeanGradient(kFive, p, means, slopes, by_mean);
  for (size_t i = 0; i < logits.size(); ++i) {
    constexpr float kStep = 1e-2f;
    const float before = logits[i];
    logits[i] = before + kStep;
    const double loss_above = loss(), pull_above = pull();
    logits[i] = before - kStep;
    const double loss_below = loss(), pull_below = pull();
    logits[i] = before;
    EXPECT_NEAR(by_loss[i], (loss_above - loss_below) / (2 * kStep), 2e-4) << i;
    EXPECT_NEAR(by_mean[i], (pull_above - pull_below) / (2 * kStep), 2e-4) << i;
  }
}

}  // namespace
}  // namespace sinew::models
