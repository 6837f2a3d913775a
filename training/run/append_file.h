#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace sinew::training {

/// A file that grows by whole records: each is in the operating system's hands when Append returns,
/// and one that does not fit on the disk leaves no part of itself behind. Not thread-safe.
class AppendFile {
 public:
  enum class Mode { kCreate, kAppend };

  /// kCreate makes a new file, kAppend continues one that exists.
  /// @throws UserError if kCreate finds something at `path`; Error naming path and cause if it
  /// cannot be opened.
  AppendFile(std::filesystem::path path, Mode mode);
  ~AppendFile();
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;

  /// @throws Error naming the file and the cause (no space left, quota); the file is then as it was
  /// before.
  void Append(std::string_view record);
  const std::filesystem::path& path() const { return path_; }
  bool empty() const { return size_ == 0; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  int64_t size_ = 0;
};

}  // namespace sinew::training
