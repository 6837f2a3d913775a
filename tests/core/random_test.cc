#include "core/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace sinew {
namespace {

std::vector<uint64_t> Draw(Random random, int count) {
  std::vector<uint64_t> draws(count);
  for (uint64_t& draw : draws) draw = random.Bits();
  return draws;
}

TEST(Random, IsXoshiro256PlusPlus) {
  // state (1, 2, 3, 4), worked out by hand: rotl(1 + 4, 23) + 1 = 5 * 2^23 + 1 = 41943041; the step
  // then gives the state (7, 0, 262146, 6 * 2^45), so the second is rotl(7 + 6 * 2^45, 23) + 7
  //   = 7 * 2^23 + 6 * 2^(45 + 23 - 64) + 7 = 58720256 + 96 + 7 = 58720359
  Random random(0);
  random.set_state({.words = {1, 2, 3, 4}});
  EXPECT_EQ(random.Bits(), 41943041u);
  EXPECT_EQ(random.Bits(), 58720359u);
}

TEST(Random, DependsOnSeedNameAndIndexOnly) {
  const auto draws = Draw(Random(1, "reset", 3), 8);
  EXPECT_EQ(Draw(Random(1, "reset", 3), 8), draws);
  EXPECT_NE(Draw(Random(2, "reset", 3), 8), draws);
  EXPECT_NE(Draw(Random(1, "noise", 3), 8), draws);
  EXPECT_NE(Draw(Random(1, "reset", 4), 8), draws);
}

TEST(Random, StreamsShareNoNumbers) {
  std::set<uint64_t> seen;
  for (uint64_t index = 0; index < 100; ++index) {
    for (uint64_t draw : Draw(Random(1, "reset", index), 100)) seen.insert(draw);
  }
  EXPECT_EQ(seen.size(), 10000u);
}

TEST(Random, StreamsAreUncorrelated) {
  Random a(1, "noise", 0), b(1, "noise", 1);
  const int n = 100000;
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += a.Normal() * b.Normal();
  // the mean of n products of independent standard normals has deviation 1 / sqrt(n)
  EXPECT_LT(std::abs(sum / n), 5 / std::sqrt(n));
}

TEST(Random, UniformHasItsMomentsAndBounds) {
  Random random(7);
  const int n = 200000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.Uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    sum += x;
    squares += x * x;
  }
  // mean 1/2 with deviation sqrt(1/12 / n); mean square 1/3 with deviation sqrt(4/45 / n)
  EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(squares / n, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n));
}

TEST(Random, UniformRangeIsHalfOpen) {
  Random random(7);
  for (int i = 0; i < 10000; ++i) {
    const double x = random.Uniform(-2, 3);
    ASSERT_GE(x, -2);
    ASSERT_LT(x, 3);
  }
}

TEST(Random, NormalHasItsMoments) {
  Random random(7);
  const int n = 200000;
  std::vector<double> sums(5);
  for (int i = 0; i < n; ++i) {
    const double x = random.Normal();
    double power = 1;
    for (int k = 1; k <= 4; ++k) sums[k] += power *= x;
  }
  // E x^k = 0, 1, 0, 3; Var x^k = E x^2k - (E x^k)^2 = 1, 2, 15, 96
  const double expected[] = {0, 0, 1, 0, 3}, variance[] = {0, 1, 2, 15, 96};
  for (int k = 1; k <= 4; ++k) {
    EXPECT_NEAR(sums[k] / n, expected[k], 5 * std::sqrt(variance[k] / n)) << "moment " << k;
  }
}

TEST(Random, BelowIsUnbiased) {
  Random random(7);
  const uint64_t bound = 7;
  const int n = 70000;
  std::vector<int> counts(bound);
  for (int i = 0; i < n; ++i) {
    const uint64_t x = random.Below(bound);
    ASSERT_LT(x, bound);
    ++counts[x];
  }
  double chi_squared = 0;
  for (int count : counts) chi_squared += (count - 1e4) * (count - 1e4) / 1e4;
  EXPECT_LT(chi_squared, 22.5);  // 99.9 % quantile for 6 degrees of freedom
}

TEST(Random, BelowTakesLargeBounds) {
  Random random(7);
  const uint64_t bound = (uint64_t{1} << 63) + 1;
  bool upper_half = false;
  for (int i = 0; i < 1000; ++i) {
    const uint64_t x = random.Below(bound);
    ASSERT_LT(x, bound);
    upper_half |= x > bound / 2;
  }
  EXPECT_TRUE(upper_half);
  EXPECT_EQ(random.Below(1), 0u);
}

TEST(Random, RestoredStateContinuesTheStream) {
  Random random(7, "noise", 2);
  // an odd number of normals leaves the polar method's second value waiting
  random.Normal();
  const Random::State state = random.state();
  EXPECT_TRUE(state.has_spare);
  std::vector<double> first, second;
  for (int i = 0; i < 9; ++i) first.push_back(random.Normal());

  Random other(0);
  other.set_state(state);
  for (int i = 0; i < 9; ++i) second.push_back(other.Normal());
  EXPECT_EQ(first, second);
  EXPECT_EQ(other.state(), random.state());
}

}  // namespace
}  // namespace sinew
