#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "agents/columns/schema.h"
#include "models/archive.h"

namespace sinew::agents {

/// Rows of a schema in the order of their coming, every column contiguous, so that a network reads
/// a column of all rows in place.
class ColumnStore {
 public:
  explicit ColumnStore(Schema schema);

  const Schema& schema() const { return schema_; }
  /// Rows that the first column has.
  int64_t rows() const;
  void Reserve(int64_t rows);
  void Clear();
  /// @param values  [any number of rows x width], of the column's type.
  template <class T>
  void Append(int column, std::span<const T> values) {
    auto& stored = std::get<std::vector<T>>(columns_[column]);
    stored.insert(stored.end(), values.begin(), values.end());
  }
  /// @return  [rows x width]; valid until the next Append.
  template <class T>
  std::span<const T> Values(int column) const {
    return std::get<std::vector<T>>(columns_[column]);
  }
  /// Each column as a tensor of its own, called name.column.
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  Schema schema_;
  std::vector<std::variant<std::vector<float>, std::vector<int32_t>, std::vector<uint8_t>>>
      columns_;
};

}  // namespace sinew::agents
