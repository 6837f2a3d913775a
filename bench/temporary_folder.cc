#include "bench/temporary_folder.h"

#include <fmt/format.h>

#include <cstdlib>

#include "core/error.h"

namespace sinew::bench {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "sinew-bench-XXXXXX").string();
  if (!mkdtemp(name.data())) throw Error(fmt::format("cannot make the temporary folder {}", name));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace sinew::bench
