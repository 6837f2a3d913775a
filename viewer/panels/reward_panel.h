#pragma once

namespace sinew::viewer {

struct ViewerState;

/// Curves of every reward term over the episode, with the value now and the sum so far.
void DrawRewardPanel(ViewerState& state);

}  // namespace sinew::viewer
