#include "agents/columns/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sinew::agents {

Schema::Schema(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (auto column = columns_.begin(); column != columns_.end(); ++column) {
    if (column->width < 1 || std::count_if(columns_.begin(), column, [&](const Column& other) {
                               return other.name == column->name;
                             }) > 0) {
      throw std::logic_error(
          fmt::format("column '{}' of width {} cannot be added", column->name, column->width));
    }
    offsets_.push_back(offsets_.back() + (column->bytes() + 3) / 4);
  }
}

int Schema::Index(std::string_view name, ColumnType type) const {
  const auto found = std::ranges::find_if(
      columns_, [&](const Column& column) { return column.name == name && column.type == type; });
  if (found == columns_.end()) {
    throw std::logic_error(fmt::format("there is no column '{}' of this type", name));
  }
  return static_cast<int>(found - columns_.begin());
}

}  // namespace sinew::agents
