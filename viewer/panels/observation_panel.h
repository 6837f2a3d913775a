#pragma once

namespace sinew::viewer {

struct ViewerState;

/// Every element of the observation by name, with value and unit.
void DrawObservationPanel(ViewerState& state);

}  // namespace sinew::viewer
