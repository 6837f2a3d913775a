#pragma once

namespace sinew::viewer {

struct ViewerState;

/// One bar per actuator: action, torque, and how much of the limit it uses.
void DrawActionPanel(ViewerState& state);

}  // namespace sinew::viewer
