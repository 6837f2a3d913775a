#pragma once

#include <filesystem>

namespace sinew::media {

/// A file that is being written beside its final place by a library that wants a path:
/// `.<name>.<pid>.part` in the same folder. Commit() puts it in place; without it, nothing stays
/// behind.
class PartFile {
 public:
  /// @throws UserError if the folder of `target` does not exist or `target` is a folder.
  explicit PartFile(std::filesystem::path target);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::filesystem::path& path() const { return part_; }
  const std::filesystem::path& target() const { return target_; }

  /// Fsyncs the part and renames it over the target. @throws Error naming the target and the cause.
  void Commit();

 private:
  std::filesystem::path target_, part_;
  bool committed_ = false;
};

/// @throws UserError if `path` could never be written: its folder is missing, or it is itself a
/// folder.
void CheckOutputPath(const std::filesystem::path& path);

}  // namespace sinew::media
