#pragma once

#include <filesystem>

#include "tests/core/temporary_folder.h"

namespace sinew {

/// The name of a file in a folder of its own, which is removed at the end of the scope.
class ScratchFile {
 public:
  std::filesystem::path path() const { return folder_ / "file"; }

 private:
  TemporaryFolder folder_;
};

}  // namespace sinew
