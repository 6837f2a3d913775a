#pragma once

#include <string_view>

#include "policy/operations/activation.h"
#include "policy/operations/operation.h"

namespace sinew::policy {

/// y[o, i, j] = activation(b[o] + sum over c, u, v of w[o, c, u, v] x[c, i stride + u - padding,
/// j stride + v - padding]), with zeros outside of the picture (PyTorch's Conv2d).
struct Conv2d {
  static constexpr std::string_view kKind = "conv2d";
  static constexpr Arity kArity{1, 1};

  Tensor weight;  // [outputs x channels x height x width]
  Tensor bias;    // [outputs]
  int64_t stride = 1, padding = 0;
  Activation activation = Activation::kIdentity;

  static void Describe(auto& self, auto& fields) {
    fields("weight", self.weight);
    fields("bias", self.bias);
    fields("stride", self.stride);
    fields("padding", self.padding);
    fields("activation", self.activation);
  }
  /// [channels x height x width] to [outputs x height x width].
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>& inputs) const;
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Conv2d&) const = default;

 private:
  Shape OutputShape(const Shape& input) const;
};

}  // namespace sinew::policy
