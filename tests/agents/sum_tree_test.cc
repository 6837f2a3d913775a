#include "agents/replay/sum_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "core/random.h"

namespace sinew::agents {
namespace {

using ::testing::ElementsAre;

/// The definition: add up from the first until the mass is exceeded.
int64_t BruteForce(const std::vector<double>& weights, double mass) {
  double sum = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    sum += weights[i];
    if (mass < sum) return static_cast<int64_t>(i);
  }
  return -1;
}

TEST(SumTreeTest, FindsWhatAddingUpFinds) {
  Random random(1);
  SumTree tree;
  std::vector<double> weights;
  for (int round = 0; round < 400; ++round) {
    // whole numbers, so that both ways of summing are exact; a third of them is 0
    const auto weight = static_cast<double>(random.Below(3) == 0 ? 0 : random.Below(50));
    const auto index = static_cast<int64_t>(random.Below(weights.size() + 1));
    if (index == static_cast<int64_t>(weights.size())) weights.push_back(0);
    weights[index] = weight;
    tree.Set(index, weight);
    ASSERT_EQ(tree.size(), static_cast<int64_t>(weights.size()));
    ASSERT_EQ(tree.total(), std::accumulate(weights.begin(), weights.end(), 0.0));
    for (double mass = 0; mass < tree.total(); mass += 0.5 + 3 * random.Uniform()) {
      ASSERT_EQ(tree.Find(mass), BruteForce(weights, mass)) << "mass " << mass;
    }
  }
}

TEST(SumTreeTest, RoundingNeverLeadsToAWeightOfZero) {
  SumTree tree;
  for (int i = 0; i < 11; ++i) tree.Set(i, i % 3 == 0 ? 0.1 : 0);
  EXPECT_EQ(tree.Find(std::nextafter(tree.total(), 0)), 9);
  EXPECT_EQ(tree.Find(tree.total()), 9) << "and neither does the whole mass";
}

TEST(SumTreeTest, BitsFollowFromTheWeightsAlone) {
  Random random(2);
  SumTree changed, assigned;
  for (int i = 0; i < 3000; ++i) {
    changed.Set(static_cast<int64_t>(random.Below(77)), 1e6 * random.Uniform());
  }
  for (int i = 0; i < 77; ++i) changed.Set(i, 1e-3 * random.Uniform());
  assigned.Set(500, 1);
  assigned.Assign(std::vector<double>(changed.weights().begin(), changed.weights().end()));
  EXPECT_EQ(assigned.size(), 77);
  EXPECT_EQ(assigned.total(), changed.total()) << "no rounding of the past is left";
  for (int i = 0; i < 200; ++i) {
    const double mass = changed.total() * random.Uniform();
    EXPECT_EQ(assigned.Find(mass), changed.Find(mass));
  }
}

TEST(SumTreeTest, StartsEmptyAndGrows) {
  SumTree tree;
  EXPECT_EQ(tree.size(), 0);
  EXPECT_EQ(tree.total(), 0);
  tree.Set(2, 4);
  EXPECT_THAT(tree.weights(), ElementsAre(0, 0, 4));
  EXPECT_EQ(tree[2], 4);
  EXPECT_EQ(tree.Find(3.9), 2);
}

}  // namespace
}  // namespace sinew::agents
