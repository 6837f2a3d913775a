#include "models/gemm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random.h"

namespace sinew::models {
namespace {

constexpr float kUntouched = 99;

/// A matrix with some room between its rows, as it stands or transposed.
struct Matrix {
  int stride;
  std::vector<float> values;
  MatrixView view;

  Matrix(int rows, int columns, bool transposed, Random* random)
      : stride((transposed ? rows : columns) + 3),
        values(static_cast<size_t>(transposed ? columns : rows) * stride),
        view{values.data(), stride, transposed} {
    for (float& v : values) v = static_cast<float>(random->Uniform(-1, 1));
  }
  double operator()(int i, int j) const {
    return view.transposed ? values[j * stride + i] : values[i * stride + j];
  }
};

void ExpectProduct(const GemmShape& shape, bool transpose_a, bool transpose_b, Random* random) {
  SCOPED_TRACE(testing::Message() << shape.m << " x " << shape.n << " x " << shape.k << " "
                                  << transpose_a << transpose_b);
  const Matrix a(shape.m, shape.k, transpose_a, random), b(shape.k, shape.n, transpose_b, random);
  std::vector<float> bias(shape.n);
  for (float& v : bias) v = static_cast<float>(random->Uniform(-1, 1));
  const int stride = shape.n + 2;
  std::vector<float> c(static_cast<size_t>(shape.m) * stride, kUntouched);
  BlockedGemm(shape, a.view, b.view, {.bias = bias.data()}, c.data(), stride);
  for (int i = 0; i < shape.m; ++i) {
    for (int j = 0; j < shape.n; ++j) {
      double sum = bias[j];
      for (int k = 0; k < shape.k; ++k) sum += a(i, k) * b(k, j);
      ASSERT_NEAR(c[i * stride + j], sum, 1e-6 * (shape.k + 10)) << i << ", " << j;
    }
    for (int j = shape.n; j < stride; ++j) ASSERT_EQ(c[i * stride + j], kUntouched);
  }
}

TEST(BlockedGemmTest, AgreesWithTheSumsWrittenOutForEverySizeAndOrientation) {
  Random random(3);
  for (int trial = 0; trial < 200; ++trial) {
    const auto size = [&random](int bound) { return 1 + static_cast<int>(random.Below(bound)); };
    const GemmShape shape{size(60), size(90), size(50)};
    ExpectProduct(shape, random.Below(2), random.Below(2), &random);
  }
  ExpectProduct({256, 256, 256}, false, true, &random);
}

class EpilogueTest : public testing::TestWithParam<bool> {};

TEST_P(EpilogueTest, FinishesEverySum) {
  Random random(4);
  const GemmShape shape{45, 71, 8};  // two whole panels and a part of one
  const Matrix a(shape.m, shape.k, GetParam(), &random), b(shape.k, shape.n, false, &random),
      value(shape.m, shape.n, false, &random);
  std::vector<float> plain(shape.m * shape.n), c(plain.size());
  const auto compute = [&](const Epilogue& epilogue, std::vector<float>* to) {
    BlockedGemm(shape, a.view, b.view, epilogue, to->data(), shape.n);
  };
  compute({}, &plain);
  compute({.activation = Activation::kRelu}, &c);
  for (size_t i = 0; i < c.size(); ++i) ASSERT_EQ(c[i], std::max(plain[i], 0.0f));
  compute({.activation = Activation::kTanh}, &c);
  for (size_t i = 0; i < c.size(); ++i) ASSERT_NEAR(c[i], std::tanh(plain[i]), 1e-6);
  compute({.slope = {Activation::kRelu, value.values.data(), value.stride}}, &c);
  for (size_t i = 0; i < c.size(); ++i) {
    ASSERT_EQ(c[i], value(i / shape.n, i % shape.n) > 0 ? plain[i] : 0);
  }
  compute({.slope = {Activation::kTanh, value.values.data(), value.stride}}, &c);
  for (size_t i = 0; i < c.size(); ++i) {
    const double v = value(i / shape.n, i % shape.n);
    ASSERT_NEAR(c[i], plain[i] * (1 - v * v), 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(BlockedGemm, EpilogueTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "TransposedA" : "PlainA"; });

TEST(BlockedGemmTest, PassesOnWhatIsNotANumber) {
  Random random(5);
  const GemmShape shape{20, 20, 9};
  Matrix a(shape.m, shape.k, false, &random);
  const Matrix b(shape.k, shape.n, true, &random);
  a.values[7 * a.stride + 2] = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> c(shape.m * shape.n);
  BlockedGemm(shape, a.view, b.view, {.activation = Activation::kRelu}, c.data(), shape.n);
  for (int i = 0; i < shape.m; ++i) {
    for (int j = 0; j < shape.n; ++j) EXPECT_EQ(std::isnan(c[i * shape.n + j]), i == 7);
  }
}

}  // namespace
}  // namespace sinew::models
