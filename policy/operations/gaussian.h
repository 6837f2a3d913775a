#pragma once

#include <string_view>

#include "policy/operations/operation.h"

namespace sinew::policy {

/// The stochastic head: y = u + exp(log_std) noise, noise ~ N(0, 1) for each element of the action;
/// y = u where the action is deterministic. Inputs are u [act_dim] and, where there is a weight,
/// the features [F] that the deviations follow from. It stands before the last activation.
///
/// With a weight, log_std = low + (high - low) (1 + tanh(weight features + bias)) / 2; without,
/// log_std = bias everywhere.
struct Gaussian {
  static constexpr std::string_view kKind = "gaussian";
  static constexpr Arity kArity{1, 2};

  Tensor weight;  // [act_dim x F]; empty: the same everywhere
  Tensor bias;    // [act_dim]
  float low = 0, high = 0;

  static void Describe(auto& self, auto& fields) {
    fields("weight", self.weight);
    fields("bias", self.bias);
    fields("low", self.low);
    fields("high", self.high);
  }
  Shape Check(const std::vector<Shape>& inputs) const;
  /// Of a sampled action.
  Cost Count(const std::vector<Shape>& inputs) const;
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Gaussian&) const = default;
};

}  // namespace sinew::policy
