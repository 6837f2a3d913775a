#include "policy/operations/operation.h"

#include <fmt/format.h>

#include "core/error.h"

namespace sinew::policy {

int64_t ElementCount(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

std::string ShapeText(const Shape& shape) {
  std::string text;
  for (const int64_t size : shape) text += (text.empty() ? "" : " x ") + fmt::to_string(size);
  return text.empty() ? "nothing" : text;
}

Tensor VectorOf(std::vector<float> values) {
  const auto size = static_cast<int64_t>(values.size());
  return {{size}, std::move(values)};
}

void ExpectShape(const char* name, const Tensor& tensor, const Shape& shape) {
  if (tensor.shape != shape) {
    throw Error(
        fmt::format("its {} is {}, expected {}", name, ShapeText(tensor.shape), ShapeText(shape)));
  }
  if (static_cast<int64_t>(tensor.values.size()) != ElementCount(shape)) {
    throw Error(fmt::format("its {} has {} values, expected {}", name, tensor.values.size(),
                            ElementCount(shape)));
  }
}

int64_t ExpectVector(const Shape& shape) {
  if (shape.size() == 1) return shape[0];
  throw Error(fmt::format("its input is {}, expected a vector: flatten it", ShapeText(shape)));
}

void ExpectWithin(const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw Error(fmt::format("its {} is {}, expected {} to {}", name, value, low, high));
}

}  // namespace sinew::policy
