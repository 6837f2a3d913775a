#include "policy/operations/action_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace sinew::policy {

Shape ActionTable::Check(const std::vector<Shape>& inputs) const {
  const int64_t choices = ExpectVector(inputs[0]);
  if (table.shape.size() != 2 || table.shape[0] != choices || table.shape[1] < 1) {
    throw Error(fmt::format("its table is {}, it has {} choices", ShapeText(table.shape), choices));
  }
  ExpectShape("table", table, table.shape);
  return {table.shape[1]};
}

Cost ActionTable::Count(const std::vector<Shape>&) const { return {ElementCount(table.shape), 0}; }

std::unique_ptr<Step> ActionTable::Prepare(const StepPlace& place) const {
  return MakeStep([table = table, x = place.inputs[0], y = place.output, size = place.size] {
    const auto choices = table.shape[0];
    const bool finite = std::all_of(x, x + choices, [](float v) { return std::isfinite(v); });
    const int64_t best = std::max_element(x, x + choices) - x;
    std::copy_n(&table.values[static_cast<size_t>(best * size)], size, y);
    // a choice among numbers that are none is no action
    if (!finite) std::fill_n(y, size, std::numeric_limits<float>::quiet_NaN());
  });
}

}  // namespace sinew::policy
