#include "models/kernels/vector_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sinew::models {
namespace {

TEST(VectorMathTest, ExpIsNearTheTrueValueInItsRange) {
  double worst = 0;
  for (double x = -87; x <= 88; x += 1e-3) {
    const double exact = std::exp(static_cast<double>(static_cast<float>(x)));
    worst = std::max(worst, std::abs(VectorExp(static_cast<float>(x)) / exact - 1));
  }
  EXPECT_LT(worst, 2e-7);
  EXPECT_EQ(VectorExp(0), 1);
}

TEST(VectorMathTest, ExpStaysFiniteBeyondItsRangeAndPassesNanOn) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(VectorExp(kInfinity), VectorExp(88));
  EXPECT_EQ(VectorExp(-kInfinity), VectorExp(-87));
  EXPECT_TRUE(std::isnan(VectorExp(std::numeric_limits<float>::quiet_NaN())));
}

TEST(VectorMathTest, Log1pIsNearTheTrueValue) {
  double worst = 0;
  for (double x = 0; x <= 1; x += 1e-5) {
    const float y = static_cast<float>(x);
    worst = std::max(worst, std::abs(VectorLog1p(y) - std::log1p(static_cast<double>(y))));
  }
  EXPECT_LT(worst, 1e-7);
  EXPECT_EQ(VectorLog1p(0), 0);
}

}  // namespace
}  // namespace sinew::models
