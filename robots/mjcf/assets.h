#pragma once

#include <filesystem>

#include "robots/mjcf/mjcf.h"

namespace sinew::robots {

/// Copies the files of the model's assets to `folder`/assets, in formats that MuJoCo reads, and
/// makes the model look for them there.
/// @throws UserError for files that cannot be read or are beyond the limits.
void CopyAssets(Mjcf* mjcf, const std::filesystem::path& folder);

}  // namespace sinew::robots
