#pragma once

#include "viewer/keys.h"
#include "viewer/state.h"

namespace sinew::viewer {

/// Does what a key or a button asks for.
void Execute(Command command, ViewerState& state);

/// One control step with the mouse's push; pauses if it fails.
void StepSession(ViewerState& state);

}  // namespace sinew::viewer
