#pragma once

#include "viewer/window/theme.h"

namespace sinew::viewer {

struct ViewerState;

/// Text over the scene: the banner of a failed step, the push in N and N·m at the pushed body, the
/// selection, the camera. @param origin, size  of the scene's rectangle.
void DrawOverlay(ViewerState& state, const Fonts& fonts, ImVec2 origin, ImVec2 size, double now);

}  // namespace sinew::viewer
