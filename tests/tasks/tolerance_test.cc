#include "tasks/parts/tolerance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sinew::tasks {
namespace {

constexpr Range kBounds{1, 3};
constexpr Falloff kAll[] = {Falloff::kGaussian, Falloff::kLinear, Falloff::kQuadratic,
                            Falloff::kLongTail};

TEST(ToleranceTest, IsOneWithinItsClosedBounds) {
  for (const Falloff falloff : kAll) {
    for (const double x : {1.0, 2.0, 3.0}) EXPECT_EQ(Tolerance(x, kBounds, 0.5, falloff), 1);
    EXPECT_EQ(Tolerance(1e9, {1, std::numeric_limits<double>::infinity()}, 0.5, falloff), 1);
  }
}

TEST(ToleranceTest, PassesItsValueAtTheMarginOnBothSides) {
  for (const Falloff falloff : kAll) {
    for (const double value : {0.1, 0.5, 0.9}) {
      EXPECT_NEAR(Tolerance(0.5, kBounds, 0.5, falloff, value), value, 1e-12);
      EXPECT_NEAR(Tolerance(3.5, kBounds, 0.5, falloff, value), value, 1e-12);
    }
  }
}

// at twice the margin with v = 0.6: v^4; 1 - 2 * 0.4; 1 - 4 * 0.4 < 0; 1 / (1 + 4 (1 / 0.6 - 1))
TEST(ToleranceTest, FallsAsItsFormulaSays) {
  EXPECT_NEAR(Tolerance(4, kBounds, 0.5, Falloff::kGaussian, 0.6), 0.1296, 1e-12);
  EXPECT_NEAR(Tolerance(4, kBounds, 0.5, Falloff::kLinear, 0.6), 0.2, 1e-12);
  EXPECT_EQ(Tolerance(4, kBounds, 0.5, Falloff::kQuadratic, 0.6), 0);
  EXPECT_NEAR(Tolerance(4, kBounds, 0.5, Falloff::kLongTail, 0.6), 3.0 / 11, 1e-12);
  EXPECT_NEAR(Tolerance(3.25, kBounds, 0.5, Falloff::kQuadratic, 0), 0.75, 1e-12);
}

TEST(ToleranceTest, WithoutAMarginIsAStep) {
  for (const Falloff falloff : kAll) {
    EXPECT_EQ(Tolerance(1, kBounds, 0, falloff), 1);
    EXPECT_EQ(Tolerance(std::nextafter(1.0, 0.0), kBounds, 0, falloff), 0);
    EXPECT_EQ(Tolerance(3.1, kBounds, 0, falloff), 0);
  }
}

}  // namespace
}  // namespace sinew::tasks
