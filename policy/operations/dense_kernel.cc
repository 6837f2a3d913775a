#include "policy/operations/dense_kernel.h"

#include <cmath>
#include <cstring>

namespace sinew::policy {
namespace {

constexpr size_t kUnroll = 4;

}  // namespace

PanelLayer::PanelLayer(const Tensor& weight, const Tensor& bias)
    : inputs_(RoundUp(static_cast<size_t>(weight.shape[1]), kUnroll)),
      panels_(RoundUp(static_cast<size_t>(weight.shape[0]), kLanes) / kLanes),
      weight_(panels_ * inputs_),
      bias_(panels_) {
  const auto inputs = static_cast<size_t>(weight.shape[1]);
  for (size_t i = 0; i < bias.values.size(); ++i) {
    const size_t panel = i / kLanes, lane = i % kLanes;
    bias_[panel][lane] = bias.values[i];
    const float* row = &weight.values[i * inputs];
    for (size_t j = 0; j < inputs; ++j) weight_[panel * inputs_ + j][lane] = row[j];
  }
}

void PanelLayer::Sum(const float* x, float* y) const {
  for (size_t p = 0; p < panels_; ++p) SumPanel(p, x, y + p * kLanes);
}

// four sums at a time, so that no addition waits for the one before
void PanelLayer::SumPanel(size_t panel, const float* x, float* y) const {
  const Lanes* weight = &weight_[panel * inputs_];
  Lanes s0 = bias_[panel], s1{}, s2{}, s3{};
  for (size_t j = 0; j < inputs_; j += kUnroll) {
    s0 += weight[j] * x[j];
    s1 += weight[j + 1] * x[j + 1];
    s2 += weight[j + 2] * x[j + 2];
    s3 += weight[j + 3] * x[j + 3];
  }
  const Lanes sum = (s0 + s1) + (s2 + s3);
  std::memcpy(y, &sum, sizeof sum);  // wherever the caller's memory begins
}

void ApplyActivation(Activation activation, float* y, size_t count) {
  switch (activation) {
    case Activation::kIdentity:
      return;
    case Activation::kRelu:
      for (size_t i = 0; i < count; ++i) y[i] = y[i] < 0 ? 0 : y[i];
      return;
    case Activation::kTanh:
      for (size_t i = 0; i < count; ++i) y[i] = std::tanh(y[i]);
      return;
    case Activation::kSigmoid:
      for (size_t i = 0; i < count; ++i) y[i] = 1 / (1 + std::exp(-y[i]));
      return;
    case Activation::kSilu:
      for (size_t i = 0; i < count; ++i) y[i] = y[i] / (1 + std::exp(-y[i]));
      return;
  }
}

}  // namespace sinew::policy
