#include "agents/columns/column_store.h"

#include <utility>

namespace sinew::agents {

ColumnStore::ColumnStore(Schema schema) : schema_(std::move(schema)) {
  for (int i = 0; i < schema_.size(); ++i) {
    switch (schema_[i].type) {
      case ColumnType::kFloat32:
        columns_.emplace_back(std::vector<float>{});
        break;
      case ColumnType::kInt32:
        columns_.emplace_back(std::vector<int32_t>{});
        break;
      case ColumnType::kUint8:
        columns_.emplace_back(std::vector<uint8_t>{});
        break;
    }
  }
}

int64_t ColumnStore::rows() const {
  const auto size = std::visit([](const auto& values) { return values.size(); }, columns_.front());
  return static_cast<int64_t>(size) / schema_[0].width;
}

void ColumnStore::Reserve(int64_t rows) {
  for (int i = 0; i < schema_.size(); ++i) {
    std::visit([&](auto& values) { values.reserve(rows * schema_[i].width); }, columns_[i]);
  }
}

void ColumnStore::Clear() {
  for (auto& column : columns_) {
    std::visit([](auto& values) { values.clear(); }, column);
  }
}

void ColumnStore::Serialize(models::Archive& archive, const std::string& name) {
  for (int i = 0; i < schema_.size(); ++i) {
    std::visit([&](auto& values) { archive.Values(name + "." + schema_[i].name, values); },
               columns_[i]);
  }
}

}  // namespace sinew::agents
