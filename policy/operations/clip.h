#pragma once

#include <string_view>

#include "policy/operations/operation.h"

namespace sinew::policy {

/// y = clip(x, low, high) scale + offset, element by element; any shape.
struct Clip {
  static constexpr std::string_view kKind = "clip";
  static constexpr Arity kArity{1, 1};

  float low = -1, high = 1, scale = 1, offset = 0;

  static void Describe(auto& self, auto& fields) {
    fields("low", self.low);
    fields("high", self.high);
    fields("scale", self.scale);
    fields("offset", self.offset);
  }
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>&) const { return {}; }
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Clip&) const = default;
};

}  // namespace sinew::policy
