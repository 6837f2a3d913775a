#pragma once

#include "viewer/window/theme.h"

namespace sinew::viewer {

struct ViewerState;

/// The bar at the bottom: buttons for time, the history's slider, and a line that says where things
/// stand.
/// @return its height [pixel].
float DrawStatusBar(ViewerState& state, const Fonts& fonts);

}  // namespace sinew::viewer
