#pragma once

#include <string_view>

#include "policy/operations/operation.h"

namespace sinew::policy {

/// y = the table's row of the largest input, the first of those that are equal: discrete torques.
/// A policy with choices for each joint has a slice and a table of one column for each.
struct ActionTable {
  static constexpr std::string_view kKind = "action_table";
  static constexpr Arity kArity{1, 1};

  Tensor table;  // [choices x outputs]

  static void Describe(auto& self, auto& fields) { fields("table", self.table); }
  /// [choices] to [outputs].
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>& inputs) const;
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const ActionTable&) const = default;
};

}  // namespace sinew::policy
