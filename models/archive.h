#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "policy/safetensors.h"

namespace sinew::models {

/// Saves or restores named values, with one description of them for both directions: what is saved
/// and what is restored cannot differ.
///
///     void Serialize(Archive& archive) { archive.Values("mean", mean_); archive.Value("count",
///     count_); }
///
/// Saving holds views: what was named must stay unchanged until Write.
class Archive {
 public:
  /// An archive that saves.
  Archive() : writer_(std::make_unique<policy::TensorWriter>()) {}
  /// An archive that restores. @throws UserError naming the file if it is damaged.
  explicit Archive(const std::filesystem::path& path)
      : file_(std::make_unique<policy::TensorFile>(policy::TensorFile::Read(path))) {}

  bool loading() const { return file_ != nullptr; }

  /// A fixed number of values. @throws UserError on loading if name, type or number differ.
  template <class T>
  void Values(const std::string& name, std::span<T> values) {
    if (loading()) {
      file_->CopyTo<T>(name, values);
    } else {
      writer_->Add<T>(name, {static_cast<int64_t>(values.size())}, values);
    }
  }
  /// As many values as were saved: the vector is resized.
  template <class T, class Allocator>
  void Values(const std::string& name, std::vector<T, Allocator>& values) {
    if (loading()) values.resize(file_->At(name).size / sizeof(T));
    Values(name, std::span<T>(values));
  }
  /// The same for a vector that does not live until Write.
  template <class T>
  void CopiedValues(const std::string& name, std::vector<T>& values) {
    if (loading()) return Values(name, values);
    Copy<T>(name, values);
  }
  template <class T>
  void Value(const std::string& name, T& value) {
    if (loading()) return Values(name, std::span<T>(&value, 1));
    Copy<T>(name, std::span<const T>(&value, 1));
  }
  void Value(const std::string& name, Random& random);
  void Text(const std::string& name, std::string& text);

  /// Writes what was named. Atomic; see WriteFileAtomically.
  void Write(const std::filesystem::path& path) const { writer_->Write(path); }

 private:
  template <class T>
  void Copy(const std::string& name, std::span<const T> values) {
    kept_.emplace_back(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    writer_->Add(name, policy::DTypeOf<T>(), {static_cast<int64_t>(values.size())},
                 std::as_bytes(std::span(kept_.back())));
  }

  std::unique_ptr<policy::TensorWriter> writer_;
  std::unique_ptr<policy::TensorFile> file_;
  std::deque<std::string> kept_;  // copies at stable addresses
};

}  // namespace sinew::models
