#pragma once

#include <string_view>

#include "policy/operations/operation.h"

namespace sinew::policy {

/// y = clip((x - mean) scale, +-clip), element by element of a vector; scale = 1 / standard
/// deviation.
struct Normalize {
  static constexpr std::string_view kKind = "normalize";
  static constexpr Arity kArity{1, 1};

  Tensor mean, scale;  // [n]
  float clip = 10;

  static void Describe(auto& self, auto& fields) {
    fields("mean", self.mean);
    fields("scale", self.scale);
    fields("clip", self.clip);
  }
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>&) const { return {}; }
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Normalize&) const = default;
};

}  // namespace sinew::policy
