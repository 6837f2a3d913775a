#pragma once

#include <string_view>

#include "policy/operations/operation.h"

namespace sinew::policy {

/// y = (x - mean(x)) / sqrt(var(x) + epsilon) weight + bias over a vector, with the variance by n
/// (Ba et al. 2016, arXiv:1607.06450; PyTorch's LayerNorm).
struct LayerNorm {
  static constexpr std::string_view kKind = "layer_norm";
  static constexpr Arity kArity{1, 1};

  Tensor weight, bias;  // [n]
  float epsilon = 1e-5f;

  static void Describe(auto& self, auto& fields) {
    fields("weight", self.weight);
    fields("bias", self.bias);
    fields("epsilon", self.epsilon);
  }
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>& inputs) const;
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const LayerNorm&) const = default;
};

/// y = x / sqrt(mean(x^2) + epsilon) weight over a vector (Zhang and Sennrich 2019,
/// arXiv:1910.07467).
struct RmsNorm {
  static constexpr std::string_view kKind = "rms_norm";
  static constexpr Arity kArity{1, 1};

  Tensor weight;  // [n]
  float epsilon = 1e-5f;

  static void Describe(auto& self, auto& fields) {
    fields("weight", self.weight);
    fields("epsilon", self.epsilon);
  }
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>& inputs) const;
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const RmsNorm&) const = default;
};

}  // namespace sinew::policy
