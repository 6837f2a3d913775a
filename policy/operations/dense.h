#pragma once

#include <string_view>

#include "policy/operations/activation.h"
#include "policy/operations/operation.h"

namespace sinew::policy {

/// y = activation(W x + b) of a vector.
struct Dense {
  static constexpr std::string_view kKind = "dense";
  static constexpr Arity kArity{1, 1};

  Tensor weight;  // [outputs x inputs]
  Tensor bias;    // [outputs]
  Activation activation = Activation::kIdentity;

  int64_t inputs() const { return weight.shape[1]; }
  int64_t outputs() const { return weight.shape[0]; }

  static void Describe(auto& self, auto& fields) {
    fields("weight", self.weight);
    fields("bias", self.bias);
    fields("activation", self.activation);
  }
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>& inputs) const;
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Dense&) const = default;
};

}  // namespace sinew::policy
