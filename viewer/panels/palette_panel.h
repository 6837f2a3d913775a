#pragma once

namespace sinew::viewer {

struct ViewerState;

/// A box that finds every command, policy of the shelf and panel by words, and does what is chosen.
void DrawPalette(ViewerState& state);

}  // namespace sinew::viewer
