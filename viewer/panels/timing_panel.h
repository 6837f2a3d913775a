#pragma once

namespace sinew::viewer {

struct ViewerState;

/// What a control step and a frame cost, and the speed reached.
void DrawTimingPanel(ViewerState& state);

}  // namespace sinew::viewer
