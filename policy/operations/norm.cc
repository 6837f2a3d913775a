#include "policy/operations/norm.h"

#include <cmath>

namespace sinew::policy {
namespace {

constexpr double kLeastEpsilon = 1e-12, kMostEpsilon = 1;

float MeanSquare(const float* x, float centre, size_t size) {
  float sum = 0;
  for (size_t i = 0; i < size; ++i) sum += (x[i] - centre) * (x[i] - centre);
  return sum / static_cast<float>(size);
}

}  // namespace

Shape LayerNorm::Check(const std::vector<Shape>& inputs) const {
  const int64_t size = ExpectVector(inputs[0]);
  ExpectShape("weight", weight, {size});
  ExpectShape("bias", bias, {size});
  ExpectWithin("epsilon", epsilon, kLeastEpsilon, kMostEpsilon);
  return {size};
}

Cost LayerNorm::Count(const std::vector<Shape>& inputs) const {
  return {2 * inputs[0][0], 3 * inputs[0][0]};
}

std::unique_ptr<Step> LayerNorm::Prepare(const StepPlace& place) const {
  return MakeStep(
      [w = weight.values, b = bias.values, eps = epsilon, x = place.inputs[0], y = place.output] {
        const size_t size = w.size();
        float mean = 0;
        for (size_t i = 0; i < size; ++i) mean += x[i];
        mean /= static_cast<float>(size);
        const float factor = 1 / std::sqrt(MeanSquare(x, mean, size) + eps);
        for (size_t i = 0; i < size; ++i) y[i] = (x[i] - mean) * factor * w[i] + b[i];
      });
}

Shape RmsNorm::Check(const std::vector<Shape>& inputs) const {
  const int64_t size = ExpectVector(inputs[0]);
  ExpectShape("weight", weight, {size});
  ExpectWithin("epsilon", epsilon, kLeastEpsilon, kMostEpsilon);
  return {size};
}

Cost RmsNorm::Count(const std::vector<Shape>& inputs) const {
  return {inputs[0][0], 2 * inputs[0][0]};
}

std::unique_ptr<Step> RmsNorm::Prepare(const StepPlace& place) const {
  return MakeStep([w = weight.values, eps = epsilon, x = place.inputs[0], y = place.output] {
    const float factor = 1 / std::sqrt(MeanSquare(x, 0, w.size()) + eps);
    for (size_t i = 0; i < w.size(); ++i) y[i] = x[i] * factor * w[i];
  });
}

}  // namespace sinew::policy
