#include "models/flat_parameters.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace sinew::models {
namespace {

using ::testing::Each;

TEST(FlatParametersTest, TensorIsTheSameMemory) {
  FlatParameters parameters(5);
  EXPECT_THAT(parameters.values(), Each(0.0f));
  parameters.values()[3] = 2.5f;
  EXPECT_EQ(parameters.tensor().data_ptr<float>(), parameters.values().data());
  EXPECT_EQ(parameters.tensor()[3].item<float>(), 2.5f);
  FlatParameters moved = std::move(parameters);
  EXPECT_EQ(moved.values()[3], 2.5f);
}

TEST(PolyakAverageTest, MovesByTheShare) {
  const std::vector<float> source{1, -4, 0};
  std::vector<float> target{5, 0, 8};
  PolyakAverage(source, 0.25f, target);
  EXPECT_EQ(target, (std::vector<float>{4, -1, 6}));
  PolyakAverage(source, 0, target);
  EXPECT_EQ(target, (std::vector<float>{4, -1, 6}));
  PolyakAverage(source, 1, target);
  EXPECT_EQ(target, source);
}

TEST(NormTest, IsAccumulatedInDoublePrecision) {
  EXPECT_DOUBLE_EQ(Norm(std::vector<float>{3, -4}), 5);
  EXPECT_EQ(Norm({}), 0);
  // a float accumulator would stand still at 4096: 2^24 ones more no longer count
  const std::vector<float> ones(20'000'000, 1.0f);
  EXPECT_NEAR(Norm(ones), std::sqrt(2e7), 1e-6);
  EXPECT_TRUE(std::isfinite(Norm(std::vector<float>{1e30f, 1e30f})));
}

TEST(AllFiniteTest, SeesABadValueAtEveryPosition) {
  const float bad_values[] = {
      std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN(),
      std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};
  for (size_t size = 1; size <= 67; ++size) {
    // the extremes that are still numbers
    std::vector<float> values(size, std::numeric_limits<float>::max());
    values[size / 2] = std::numeric_limits<float>::denorm_min();
    EXPECT_TRUE(AllFinite(values)) << size;
    for (size_t i = 0; i < size; ++i) {
      for (const float bad : bad_values) {
        const float saved = values[i];
        values[i] = bad;
        ASSERT_FALSE(AllFinite(values)) << bad << " at " << i << " of " << size;
        values[i] = saved;
      }
    }
  }
  EXPECT_TRUE(AllFinite({}));
}

}  // namespace
}  // namespace sinew::models
