#pragma once

#include <cassert>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "agents/columns/schema.h"
#include "core/aligned_vector.h"
#include "models/archive.h"

namespace sinew::agents {

/// Where Gather puts a column.
struct GatherTarget {
  int column = 0;
  void* to = nullptr;  // [rows x width] of the column's type
};

/// The last `capacity` rows of a schema, each row's columns beside each other in memory, so that
/// what is drawn at random touches adjacent lines. Memory grows as it fills.
class RowRing {
 public:
  RowRing(int64_t capacity, Schema schema);

  const Schema& schema() const { return schema_; }
  int64_t capacity() const { return capacity_; }
  int64_t size() const { return size_; }
  /// Rows that were ever appended.
  int64_t appended() const { return appended_; }
  /// Makes room for a row in the place of the oldest if need be. @return  its index; its columns
  /// are to be set.
  int64_t Append();
  /// @param values  [width of the column], of its type.
  template <class T>
  void Set(int64_t row, int column, std::span<const T> values) {
    assert(schema_[column].type == ColumnTypeOf<T>());
    std::memcpy(Row(row) + schema_.offset(column), values.data(), values.size_bytes());
  }
  /// @return  [width of the column].
  template <class T>
  std::span<const T> Get(int64_t row, int column) const {
    assert(schema_[column].type == ColumnTypeOf<T>());
    return {reinterpret_cast<const T*>(Row(row) + schema_.offset(column)),
            static_cast<size_t>(schema_[column].width)};
  }
  /// Copies columns of rows in any order. @param rows  indices; -1: a row of zeros.
  void Gather(std::span<const int64_t> rows, std::span<const GatherTarget> targets) const;
  /// @throws UserError if what was saved had another capacity.
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  float* Row(int64_t row) { return words_.data() + row * schema_.row_words(); }
  const float* Row(int64_t row) const { return words_.data() + row * schema_.row_words(); }

  int64_t capacity_;
  Schema schema_;
  int64_t size_ = 0, next_ = 0, appended_ = 0;
  AlignedVector<float> words_;  // [size x row_words]; other types than float32 by their bits
};

}  // namespace sinew::agents
