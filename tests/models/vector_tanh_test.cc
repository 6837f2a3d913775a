#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "models/kernels/vector_math.h"

namespace sinew::models {
namespace {

// every 997th float from 0 to 32, denormals included
template <class Function>
void ForManyFloats(Function function) {
  for (uint32_t bits = 0; bits <= std::bit_cast<uint32_t>(32.0f); bits += 997) {
    function(std::bit_cast<float>(bits));
  }
}

TEST(VectorTanhTest, IsNearTanhEverywhere) {
  double absolute = 0, relative = 0;
  ForManyFloats([&](float x) {
    const double exact = std::tanh(static_cast<double>(x)), error = std::abs(VectorTanh(x) - exact);
    absolute = std::max(absolute, error);
    // denormals have few digits
    if (x > std::numeric_limits<float>::min()) relative = std::max(relative, error / exact);
  });
  EXPECT_LT(absolute, 2e-7);
  EXPECT_LT(relative, 4e-7);
}

TEST(VectorTanhTest, IsExactlyOddAndNeverBeyondOne) {
  int wrong = 0;
  ForManyFloats([&](float x) { wrong += VectorTanh(-x) != -VectorTanh(x) || VectorTanh(x) > 1; });
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(std::signbit(VectorTanh(-0.0f)));
}

TEST(VectorTanhTest, SaturatesAndPassesNanOn) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(VectorTanh(9.5f), 1);
  EXPECT_EQ(VectorTanh(1e30f), 1);
  EXPECT_EQ(VectorTanh(kInfinity), 1);
  EXPECT_EQ(VectorTanh(-kInfinity), -1);
  EXPECT_TRUE(std::isnan(VectorTanh(std::numeric_limits<float>::quiet_NaN())));
}

}  // namespace
}  // namespace sinew::models
