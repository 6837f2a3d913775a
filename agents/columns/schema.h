#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sinew::agents {

enum class ColumnType : uint8_t { kFloat32, kInt32, kUint8 };

template <class T>
constexpr ColumnType ColumnTypeOf();
template <>
constexpr ColumnType ColumnTypeOf<float>() {
  return ColumnType::kFloat32;
}
template <>
constexpr ColumnType ColumnTypeOf<int32_t>() {
  return ColumnType::kInt32;
}
template <>
constexpr ColumnType ColumnTypeOf<uint8_t>() {
  return ColumnType::kUint8;
}

/// What a stored step has in one column: `width` numbers of one type.
struct Column {
  std::string name;
  ColumnType type = ColumnType::kFloat32;
  int width = 1;

  int bytes() const { return width * (type == ColumnType::kUint8 ? 1 : 4); }
  bool operator==(const Column&) const = default;
};

/// The columns of a store of steps, in order.
class Schema {
 public:
  /// @throws std::logic_error if two columns share a name or one has no width.
  explicit Schema(std::vector<Column> columns);

  int size() const { return static_cast<int>(columns_.size()); }
  const Column& operator[](int column) const { return columns_[column]; }
  /// @throws std::logic_error if there is no column of this name and type.
  int Index(std::string_view name, ColumnType type) const;
  /// First word of a column within a row; columns start at multiples of four bytes.
  int offset(int column) const { return offsets_[column]; }
  /// Four-byte words a row.
  int row_words() const { return offsets_.back(); }
  bool operator==(const Schema& other) const { return columns_ == other.columns_; }

 private:
  std::vector<Column> columns_;
  std::vector<int> offsets_{0};  // of the columns, and where a row ends
};

}  // namespace sinew::agents
