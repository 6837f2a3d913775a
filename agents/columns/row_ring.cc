#include "agents/columns/row_ring.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "core/error.h"

namespace sinew::agents {
namespace {

/// A target as the copying loop wants it.
struct Copy {
  int offset;     // words
  size_t bytes;   // a row
  std::byte* to;  // of the next row
};

// most columns are single numbers
inline void CopyRow(const float* row, Copy* copy) {
  if (copy->bytes == sizeof(float)) {
    std::memcpy(copy->to, row + copy->offset, sizeof(float));
  } else {
    std::memcpy(copy->to, row + copy->offset, copy->bytes);
  }
  copy->to += copy->bytes;
}

}  // namespace

RowRing::RowRing(int64_t capacity, Schema schema)
    : capacity_(capacity), schema_(std::move(schema)) {}

int64_t RowRing::Append() {
  if (size_ < capacity_) {
    ++size_;
    words_.resize(static_cast<size_t>(size_) * schema_.row_words());
  }
  const int64_t row = next_;
  next_ = (next_ + 1) % capacity_;
  ++appended_;
  return row;
}

void RowRing::Gather(std::span<const int64_t> rows, std::span<const GatherTarget> targets) const {
  // all rows are asked for before the first is read, so that the memory's latencies overlap
  for (const int64_t index : rows) {
    if (index < 0) continue;
    const char* row = reinterpret_cast<const char*>(Row(index));
    for (int offset = 0; offset < schema_.row_words() * 4; offset += 64) {
      __builtin_prefetch(row + offset);
    }
  }
  std::vector<Copy> copies;
  for (const GatherTarget& target : targets) {
    copies.push_back({schema_.offset(target.column),
                      static_cast<size_t>(schema_[target.column].bytes()),
                      static_cast<std::byte*>(target.to)});
  }
  for (const int64_t index : rows) {
    if (index < 0) {
      for (Copy& copy : copies) {
        std::memset(copy.to, 0, copy.bytes);
        copy.to += copy.bytes;
      }
      continue;
    }
    const float* row = Row(index);
    for (Copy& copy : copies) CopyRow(row, &copy);
  }
}

void RowRing::Serialize(models::Archive& archive, const std::string& name) {
  int64_t capacity = capacity_;
  archive.Value(name + ".capacity", capacity);
  if (capacity != capacity_) {
    throw UserError(fmt::format("the checkpoint's buffer_size is {}, the configuration's {}",
                                capacity, capacity_));
  }
  archive.Value(name + ".size", size_);
  archive.Value(name + ".next", next_);
  archive.Values(name + ".rows", words_);
  // a ring that is not full has appended what it holds; behind that only differences count
  if (archive.loading()) appended_ = size_ < capacity_ ? size_ : capacity_ + next_;
}

}  // namespace sinew::agents
