#include "agents/replay/priorities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

/// Transitions 0 to 9 with errors of 0.1 to 1, some of them negative.
Priorities TenErrors(double alpha) {
  Priorities priorities(alpha);
  std::vector<int64_t> indices;
  std::vector<float> errors;
  for (int i = 0; i < 10; ++i) {
    priorities.Add(i);
    indices.push_back(i);
    errors.push_back(static_cast<float>(i + 1) * (i % 2 == 0 ? 0.1f : -0.1f));
  }
  priorities.Update(indices, errors);
  return priorities;
}

std::vector<double> Probabilities(double alpha) {
  std::vector<double> p;
  double sum = 0;
  for (int i = 0; i < 10; ++i) p.push_back(std::pow(0.1 * (i + 1) + 1e-6, alpha));
  for (double value : p) sum += value;
  for (double& value : p) value /= sum;
  return p;
}

TEST(PrioritiesTest, DrawsByTheErrorsPower) {
  for (const double alpha : {0.0, 0.6, 1.0}) {
    const Priorities priorities = TenErrors(alpha);
    const auto p = Probabilities(alpha);
    Random random(1);
    constexpr int kRounds = 2000, kBatch = 20;
    std::vector<int64_t> indices(kBatch);
    std::vector<int> counts(10);
    for (int round = 0; round < kRounds; ++round) {
      priorities.Sample(random, indices);
      for (int64_t index : indices) ++counts[index];
    }
    for (int i = 0; i < 10; ++i) {
      // the parts make the counts steadier than independent draws, so this is well above 4 sigma
      const double expected = kRounds * kBatch * p[i];
      EXPECT_NEAR(counts[i], expected, 4 * std::sqrt(expected)) << "alpha " << alpha << ", " << i;
    }
  }
}

TEST(PrioritiesTest, EveryPartOfTheSumGivesOneIndex) {
  const Priorities priorities = TenErrors(0);  // all weigh 1
  Random random(1);
  std::vector<int64_t> indices(10);
  priorities.Sample(random, indices);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(indices[i], i);
}

// w_i = (N P(i))^-beta
TEST(PrioritiesTest, ImportanceWeightsUndoThePreference) {
  const Priorities priorities = TenErrors(0.6);
  const auto p = Probabilities(0.6);
  std::vector<float> weights(2);
  for (const double beta : {0.0, 0.4, 1.0}) {
    priorities.ImportanceWeights(std::vector<int64_t>{0, 9}, beta, weights);
    EXPECT_NEAR(weights[0], std::pow(10 * p[0], -beta), 1e-6);
    EXPECT_NEAR(weights[1], std::pow(10 * p[9], -beta), 1e-6);
  }
  // with beta = 1 the weighted mean of anything is its plain mean
  priorities.ImportanceWeights(std::vector<int64_t>{0, 9}, 1, weights);
  EXPECT_NEAR(weights[0] * p[0], weights[1] * p[9], 1e-7);
}

TEST(PrioritiesTest, NewOnesAreAsUrgentAsTheMostUrgentSoFar) {
  const auto share_of = [](const Priorities& priorities, int64_t index) {
    std::vector<float> weight(1);
    priorities.ImportanceWeights(std::vector<int64_t>{index}, 1, weight);
    return 1 / weight[0];  // N P
  };
  Priorities priorities(1);
  priorities.Add(0);
  priorities.Update(std::vector<int64_t>{0}, std::vector<float>{3});
  priorities.Add(1);
  EXPECT_NEAR(share_of(priorities, 1), 1, 1e-6);
  priorities.Update(std::vector<int64_t>{0, 1}, std::vector<float>{1, 0});
  EXPECT_NEAR(share_of(priorities, 1), 2e-6, 1e-8) << "no error: hardly ever, but not never";
  priorities.Add(0);  // takes the place of an old one
  EXPECT_NEAR(share_of(priorities, 0), 2, 1e-5);
  priorities.Add(1);
  EXPECT_NEAR(share_of(priorities, 0), 1, 1e-6) << "3 is remembered for both";
}

TEST(PrioritiesTest, RestoredOnesDrawTheSame) {
  const ScratchFile file;
  Priorities original = TenErrors(0.6), restored(0.6);
  restored.Add(40);
  {
    models::Archive archive;
    original.Serialize(archive, "p");
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  restored.Serialize(archive, "p");
  Random first(3), second(3);
  std::vector<int64_t> a(64), b(64);
  for (Priorities* priorities : {&original, &restored}) priorities->Add(10);
  original.Sample(first, a);
  restored.Sample(second, b);
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace sinew::agents
