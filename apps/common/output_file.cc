#include "apps/common/output_file.h"

#include <fmt/format.h>

#include "core/error.h"

namespace sinew::apps {

void CheckOutputFile(const std::filesystem::path& path, bool force) {
  std::error_code ignored;
  // a folder or a device has rules of its own with whoever writes there
  if (force || !std::filesystem::is_regular_file(path, ignored)) return;
  throw UserError(
      fmt::format("{} exists already and is kept; overwrite it with --force", path.string()));
}

}  // namespace sinew::apps
