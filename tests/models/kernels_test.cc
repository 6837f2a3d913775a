#include "models/kernels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace sinew::models {
namespace {

constexpr float kUntouched = 99;

std::vector<float> RandomValues(Random* random, size_t size) {
  std::vector<float> values(size);
  for (float& v : values) v = static_cast<float>(random->Normal());
  return values;
}

double Activate(double x, Activation activation) {
  switch (activation) {
    case Activation::kRelu:
      return std::max(x, 0.0);
    case Activation::kTanh:
      return std::tanh(x);
    default:
      return x;
  }
}

/// Sizes of one dense layer: outputs on both sides of where BLAS takes over.
struct Sizes {
  int inputs, outputs, batch;
};

class KernelsTest : public testing::TestWithParam<Sizes> {
 protected:
  Random random_{7};
  const int inputs_ = GetParam().inputs, outputs_ = GetParam().outputs, batch_ = GetParam().batch;
  const std::vector<float> x_ = RandomValues(&random_, batch_* inputs_);
  const std::vector<float> weight_ = RandomValues(&random_, outputs_* inputs_);
  const std::vector<float> bias_ = RandomValues(&random_, outputs_);
  const std::vector<float> delta_ = RandomValues(&random_, batch_* outputs_);
};

TEST_P(KernelsTest, DenseForwardWritesItsColumnsOnly) {
  const int stride = outputs_ + 3;
  for (const Activation activation :
       {Activation::kIdentity, Activation::kRelu, Activation::kTanh}) {
    std::vector<float> y(batch_ * stride, kUntouched);
    DenseForward(x_.data(), inputs_, weight_.data(), bias_.data(), outputs_, batch_, activation,
                 y.data(), stride);
    for (int i = 0; i < batch_; ++i) {
      for (int j = 0; j < outputs_; ++j) {
        double sum = bias_[j];
        for (int k = 0; k < inputs_; ++k)
          sum += double(x_[i * inputs_ + k]) * weight_[j * inputs_ + k];
        ASSERT_NEAR(y[i * stride + j], Activate(sum, activation), 1e-5);
      }
      for (int j = outputs_; j < stride; ++j) ASSERT_EQ(y[i * stride + j], kUntouched);
    }
  }
}

TEST_P(KernelsTest, WeightGradientIsDeltaTimesInput) {
  // what stands there before must not matter
  std::vector<float> weight(outputs_ * inputs_, kUntouched), bias(outputs_, kUntouched);
  DenseWeightGradient(delta_.data(), outputs_, x_.data(), inputs_, batch_, weight.data(),
                      bias.data());
  for (int j = 0; j < outputs_; ++j) {
    double column = 0;
    for (int i = 0; i < batch_; ++i) column += delta_[i * outputs_ + j];
    ASSERT_NEAR(bias[j], column, 1e-4);
    for (int k = 0; k < inputs_; ++k) {
      double sum = 0;
      for (int i = 0; i < batch_; ++i)
        sum += double(delta_[i * outputs_ + j]) * x_[i * inputs_ + k];
      ASSERT_NEAR(weight[j * inputs_ + k], sum, 1e-4);
    }
  }
}

TEST_P(KernelsTest, InputGradientReadsTheColumnsItIsGiven) {
  for (int width = 1; width <= inputs_; width += 3) {
    const int first = inputs_ - width;  // the last columns, as for a late input
    std::vector<float> gradient(batch_ * width, kUntouched);
    DenseInputGradient(delta_.data(), outputs_, weight_.data() + first, inputs_, width, batch_,
                       gradient.data());
    for (int i = 0; i < batch_; ++i) {
      for (int k = 0; k < width; ++k) {
        double sum = 0;
        for (int j = 0; j < outputs_; ++j) {
          sum += double(delta_[i * outputs_ + j]) * weight_[j * inputs_ + first + k];
        }
        ASSERT_NEAR(gradient[i * width + k], sum, 1e-4);
      }
    }
  }
}

double SlopeOf(double value, Activation activation) {
  return activation == Activation::kIdentity ? 1
         : activation == Activation::kRelu   ? value > 0
                                             : 1 - value * value;
}

TEST_P(KernelsTest, ActivationBackwardMultipliesTheSlope) {
  for (const Activation activation :
       {Activation::kIdentity, Activation::kRelu, Activation::kTanh}) {
    std::vector<float> value(batch_ * outputs_), in_place = delta_, apart(delta_.size());
    for (float& v : value) v = static_cast<float>(Activate(random_.Normal(), activation));
    ActivationBackward(delta_.data(), value.data(), batch_, outputs_, activation, apart.data());
    ActivationBackward(in_place.data(), value.data(), batch_, outputs_, activation,
                       in_place.data());
    for (size_t i = 0; i < delta_.size(); ++i) {
      ASSERT_NEAR(apart[i], delta_[i] * SlopeOf(value[i], activation), 1e-6);
    }
    EXPECT_EQ(in_place, apart);
  }
}

TEST_P(KernelsTest, InputGradientIsMultipliedByTheSlopeOfWhatLiesBelow) {
  const int value_stride = inputs_ + 3;
  for (const Activation activation : {Activation::kRelu, Activation::kTanh}) {
    std::vector<float> value(batch_ * value_stride), plain(batch_ * inputs_), sloped(plain.size());
    for (float& v : value) v = static_cast<float>(Activate(random_.Normal(), activation));
    DenseInputGradient(delta_.data(), outputs_, weight_.data(), inputs_, inputs_, batch_,
                       plain.data());
    DenseInputGradient(delta_.data(), outputs_, weight_.data(), inputs_, inputs_, batch_,
                       sloped.data(), {activation, value.data(), value_stride});
    for (int i = 0; i < batch_ * inputs_; ++i) {
      const double v = value[i / inputs_ * value_stride + i % inputs_];
      ASSERT_NEAR(sloped[i], plain[i] * SlopeOf(v, activation), 1e-5);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, KernelsTest,
                         testing::Values(Sizes{1, 1, 1}, Sizes{7, 1, 33}, Sizes{13, 2, 5},
                                         Sizes{5, 3, 17}, Sizes{6, 4, 9}, Sizes{20, 9, 65},
                                         Sizes{33, 40, 1}, Sizes{40, 70, 100}),
                         [](const auto& info) {
                           return std::to_string(info.param.inputs) + "to" +
                                  std::to_string(info.param.outputs) + "batch" +
                                  std::to_string(info.param.batch);
                         });

TEST(SkinnyForwardTest, WhereARowStandsDoesNotChangeItsResult) {
  constexpr int kInputs = 37, kBatch = 11;
  Random random(3);
  const auto x = RandomValues(&random, kBatch * kInputs);
  for (int outputs = 1; outputs < 4; ++outputs) {
    const auto weight = RandomValues(&random, outputs * kInputs);
    const auto bias = RandomValues(&random, outputs);
    std::vector<float> together(kBatch * outputs), alone(kBatch * outputs);
    DenseForward(x.data(), kInputs, weight.data(), bias.data(), outputs, kBatch,
                 Activation::kIdentity, together.data(), outputs);
    for (int i = 0; i < kBatch; ++i) {
      DenseForward(x.data() + i * kInputs, kInputs, weight.data(), bias.data(), outputs, 1,
                   Activation::kIdentity, alone.data() + i * outputs, outputs);
    }
    EXPECT_EQ(together, alone) << outputs << " outputs";
  }
}

TEST(CopyColumnsTest, KeepsWhatLiesBetweenTheRows) {
  const std::vector<float> from{1, 2, 3, 4, 5, 6};
  std::vector<float> to(8, kUntouched);
  CopyColumns(from.data(), 3, 2, to.data(), 4);
  EXPECT_THAT(to, testing::ElementsAre(1, 2, 3, kUntouched, 4, 5, 6, kUntouched));
}

}  // namespace
}  // namespace sinew::models
