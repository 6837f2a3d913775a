#pragma once

#include <filesystem>

namespace sinew::bench {

/// An empty folder that is removed with everything in it at the end of the scope.
class TemporaryFolder {
 public:
  /// @throws Error if the system's folder for temporary files takes none.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace sinew::bench
