#pragma once

#include <filesystem>

#include "sim/render/renderer.h"
#include "viewer/window/state.h"

namespace sinew::viewer {

/// Adds the scene as it is to the video that is being made, as often as `dt` simulated seconds at
/// the chosen speed ask for.
void RecordFrames(ViewerState& state, double dt);

/// Writes `window` into the next free "sinew-0001.png", and beside it a JSON file with the state,
/// the policy and its hash. @return the picture's path.
std::filesystem::path SaveScreenshot(const ViewerState& state, const sim::Image& window);

/// Writes five moments of the episode under the cursor, side by side, into the next free
/// "sinew-strip-0001.png". @return its path.
std::filesystem::path SaveFilmStrip(ViewerState& state);

}  // namespace sinew::viewer
