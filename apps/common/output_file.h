#pragma once

#include <filesystem>

namespace sinew::apps {

/// @throws UserError if something stands at `path` already, unless `force`; naming --force.
void CheckOutputFile(const std::filesystem::path& path, bool force);

}  // namespace sinew::apps
