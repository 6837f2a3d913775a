#pragma once

#include "viewer/window/theme.h"

namespace sinew::viewer {

struct ViewerState;

/// Keys and mouse, from the table in keys.h.
void DrawHelpPanel(ViewerState& state, const Fonts& fonts);

}  // namespace sinew::viewer
