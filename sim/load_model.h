#pragma once

#include <mujoco/mujoco.h>

#include <filesystem>
#include <string>

#include "spec/contract.h"

namespace sinew::sim {

/// What the MJCF file compiles to; the caller's to delete. @throws UserError with MuJoCo's own
/// message (file, line) if it does not load.
mjModel* LoadModel(const std::filesystem::path& mjcf);
/// The same for a text that stands in for a file in `folder`.
mjModel* LoadModel(const std::string& text, const std::filesystem::path& folder);

/// Spares steps what MuJoCo 2 does for contacts that there cannot be.
/// @return  what the model is, whatever room is set aside for it.
spec::ModelIdentity PrepareModel(mjModel* m);

}  // namespace sinew::sim
