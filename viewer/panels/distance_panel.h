#pragma once

namespace sinew::viewer {

struct ViewerState;

/// The distance to the goal over the episode, with the tolerances of success.
void DrawDistancePanel(ViewerState& state);

}  // namespace sinew::viewer
