#include "policy/operations/arrange.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace sinew::policy {
namespace {

constexpr double kLargest = 1 << 20;

std::unique_ptr<Step> Copy(const float* from, int64_t size, float* to) {
  return MakeStep([=] { std::copy_n(from, size, to); });
}

}  // namespace

Shape Add::Check(const std::vector<Shape>& inputs) const {
  for (const Shape& shape : inputs) {
    if (shape == inputs[0]) continue;
    throw Error(fmt::format("its inputs are {} and {}, expected one shape", ShapeText(inputs[0]),
                            ShapeText(shape)));
  }
  return inputs[0];
}

std::unique_ptr<Step> Add::Prepare(const StepPlace& place) const {
  return MakeStep([inputs = place.inputs, y = place.output, size = place.size] {
    std::copy_n(inputs[0], size, y);
    for (size_t k = 1; k < inputs.size(); ++k) {
      for (int64_t i = 0; i < size; ++i) y[i] += inputs[k][i];
    }
  });
}

Shape Concatenate::Check(const std::vector<Shape>& inputs) const {
  int64_t size = 0;
  for (const Shape& shape : inputs) size += ElementCount(shape);
  return {size};
}

std::unique_ptr<Step> Concatenate::Prepare(const StepPlace& place) const {
  std::vector<int64_t> sizes;
  for (const Shape& shape : place.shapes) sizes.push_back(ElementCount(shape));
  return MakeStep([inputs = place.inputs, sizes, output = place.output] {
    float* y = output;
    for (size_t k = 0; k < inputs.size(); ++k) y = std::copy_n(inputs[k], sizes[k], y);
  });
}

Shape Slice::Check(const std::vector<Shape>& inputs) const {
  const int64_t size = ExpectVector(inputs[0]);
  if (begin < 0 || begin >= end || end > size) {
    throw Error(fmt::format("it takes [{}, {}) of {} values", begin, end, size));
  }
  return {end - begin};
}

std::unique_ptr<Step> Slice::Prepare(const StepPlace& place) const {
  return Copy(place.inputs[0] + begin, place.size, place.output);
}

std::unique_ptr<Step> Flatten::Prepare(const StepPlace& place) const {
  return Copy(place.inputs[0], place.size, place.output);
}

Shape Picture::Check(const std::vector<Shape>& inputs) const {
  ExpectWithin("channels", static_cast<double>(channels), 1, kLargest);
  ExpectWithin("height", static_cast<double>(height), 1, kLargest);
  ExpectWithin("width", static_cast<double>(width), 1, kLargest);
  const Shape shape{channels, height, width};
  if (ElementCount(shape) != ElementCount(inputs[0])) {
    throw Error(fmt::format("it makes {} of {} values", ShapeText(shape), ShapeText(inputs[0])));
  }
  return shape;
}

std::unique_ptr<Step> Picture::Prepare(const StepPlace& place) const {
  return Copy(place.inputs[0], place.size, place.output);
}

}  // namespace sinew::policy
