#include "policy/operations/gaussian.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace sinew::policy {
namespace {

constexpr double kBound = 30;  // exp() of it is far beyond any use, and finite

float LogStd(const Gaussian& head, const float* features, size_t i) {
  if (head.weight.empty()) return head.bias.values[i];
  const auto inputs = static_cast<size_t>(head.weight.shape[1]);
  const float* row = &head.weight.values[i * inputs];
  float x = head.bias.values[i];
  for (size_t j = 0; j < inputs; ++j) x += row[j] * features[j];
  return head.low + 0.5f * (head.high - head.low) * (1 + std::tanh(x));
}

}  // namespace

Shape Gaussian::Check(const std::vector<Shape>& inputs) const {
  const int64_t size = ExpectVector(inputs[0]);
  ExpectShape("bias", bias, {size});
  if (weight.empty() != (inputs.size() == 1)) {
    throw Error("it reads the features that its weight is for, and none without a weight");
  }
  if (weight.empty()) {
    for (const float log_std : bias.values) ExpectWithin("log_std", log_std, -kBound, kBound);
    return {size};
  }
  ExpectShape("weight", weight, {size, ExpectVector(inputs[1])});
  ExpectWithin("lowest log_std", low, -kBound, kBound);
  ExpectWithin("highest log_std", high, low, kBound);
  return {size};
}

Cost Gaussian::Count(const std::vector<Shape>&) const {
  const int64_t weights = weight.empty() ? 0 : ElementCount(weight.shape);
  return {weights + ElementCount(bias.shape), weights};
}

std::unique_ptr<Step> Gaussian::Prepare(const StepPlace& place) const {
  const float* features = place.inputs.size() > 1 ? place.inputs[1] : nullptr;
  return MakeStep([head = *this, features, u = place.inputs[0], y = place.output,
                   size = static_cast<size_t>(place.size), noise = place.noise] {
    std::copy_n(u, size, y);
    if (!noise) return;
    for (size_t i = 0; i < size; ++i) y[i] += std::exp(LogStd(head, features, i)) * noise[i];
  });
}

}  // namespace sinew::policy
