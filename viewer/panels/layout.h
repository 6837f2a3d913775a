#pragma once

#include <mujoco/mujoco.h>

#include "viewer/window/theme.h"

namespace sinew::viewer {

struct ViewerState;

/// Draws the side columns, the bar at the bottom, overlays and help, in the window's whole area.
/// @return the part that is left for the scene, in framebuffer pixels, y upwards.
mjrRect DrawLayout(ViewerState& state, const Fonts& fonts, double now);

}  // namespace sinew::viewer
