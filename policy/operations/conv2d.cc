#include "policy/operations/conv2d.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "policy/operations/dense_kernel.h"

namespace sinew::policy {
namespace {

constexpr double kLargestStep = 1024;

// one output picture's sums over all channels
struct Kernel {
  int64_t channels, height, width;  // of the input
  int64_t rows, columns;            // of the kernel
  int64_t out_height, out_width;
  int64_t stride, padding;

  float At(const float* x, const float* w, int64_t i, int64_t j) const {
    const int64_t top = i * stride - padding, left = j * stride - padding;
    const int64_t u0 = std::max<int64_t>(0, -top), u1 = std::min(rows, height - top);
    const int64_t v0 = std::max<int64_t>(0, -left), v1 = std::min(columns, width - left);
    float sum = 0;
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t u = u0; u < u1; ++u) {
        const float* row = x + (c * height + top + u) * width + left;
        const float* weight = w + (c * rows + u) * columns;
        for (int64_t v = v0; v < v1; ++v) sum += weight[v] * row[v];
      }
    }
    return sum;
  }
};

}  // namespace

Shape Conv2d::OutputShape(const Shape& input) const {
  return {weight.shape[0], (input[1] + 2 * padding - weight.shape[2]) / stride + 1,
          (input[2] + 2 * padding - weight.shape[3]) / stride + 1};
}

Shape Conv2d::Check(const std::vector<Shape>& inputs) const {
  const Shape& x = inputs[0];
  if (x.size() != 3) {
    throw Error(fmt::format("its input is {}, expected channels x height x width", ShapeText(x)));
  }
  const bool fits = weight.shape.size() == 4 && weight.shape[1] == x[0] &&
                    std::ranges::all_of(weight.shape, [](int64_t n) { return n > 0; });
  if (!fits) {
    throw Error(
        fmt::format("its weight is {}, its input {}", ShapeText(weight.shape), ShapeText(x)));
  }
  ExpectShape("weight", weight, weight.shape);
  ExpectShape("bias", bias, {weight.shape[0]});
  ExpectWithin("stride", static_cast<double>(stride), 1, kLargestStep);
  ExpectWithin("padding", static_cast<double>(padding), 0, kLargestStep);
  if (x[1] + 2 * padding < weight.shape[2] || x[2] + 2 * padding < weight.shape[3]) {
    throw Error(fmt::format("its kernel {} is larger than its input {} with padding {}",
                            ShapeText(weight.shape), ShapeText(x), padding));
  }
  return OutputShape(x);
}

Cost Conv2d::Count(const std::vector<Shape>& inputs) const {
  const Shape out = OutputShape(inputs[0]);
  const int64_t weights = ElementCount(weight.shape);
  return {weights + out[0], weights * out[1] * out[2]};
}

std::unique_ptr<Step> Conv2d::Prepare(const StepPlace& place) const {
  const Shape &in = place.shapes[0], &w = weight.shape, out = OutputShape(in);
  const Kernel kernel{in[0], in[1], in[2], w[2], w[3], out[1], out[2], stride, padding};
  return MakeStep([kernel, w = weight.values, b = bias.values, a = activation, x = place.inputs[0],
                   y = place.output, size = static_cast<size_t>(place.size)] {
    const int64_t weights = kernel.channels * kernel.rows * kernel.columns;
    float* out = y;
    for (size_t o = 0; o < b.size(); ++o) {
      for (int64_t i = 0; i < kernel.out_height; ++i) {
        for (int64_t j = 0; j < kernel.out_width; ++j) {
          *out++ = b[o] + kernel.At(x, &w[o * static_cast<size_t>(weights)], i, j);
        }
      }
    }
    ApplyActivation(a, y, size);
  });
}

}  // namespace sinew::policy
