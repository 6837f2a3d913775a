#pragma once

#include <array>
#include <string>
#include <string_view>

#include "policy/operations/operation.h"

namespace sinew::policy {

/// relu(x) = max(x, 0), sigmoid(x) = 1 / (1 + exp(-x)), silu(x) = x sigmoid(x) (Elfwing et al.
/// 2018, arXiv:1702.03118).
enum class Activation { kIdentity, kRelu, kTanh, kSigmoid, kSilu };

inline constexpr std::array<std::string_view, 5> kActivationNames{"identity", "relu", "tanh",
                                                                  "sigmoid", "silu"};

std::string ActivationName(Activation activation);
/// @throws Error that lists the known ones.
Activation ParseActivation(std::string_view name);

/// y = activation(x), element by element; any shape.
struct Activate {
  static constexpr std::string_view kKind = "activation";
  static constexpr Arity kArity{1, 1};

  Activation activation = Activation::kIdentity;

  static void Describe(auto& self, auto& fields) { fields("activation", self.activation); }
  /// @return  shape of the output. @throws Error if parameters and inputs do not fit.
  Shape Check(const std::vector<Shape>& inputs) const { return inputs[0]; }
  Cost Count(const std::vector<Shape>&) const { return {}; }
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Activate&) const = default;
};

}  // namespace sinew::policy
