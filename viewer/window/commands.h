#pragma once

#include <filesystem>

#include "viewer/window/keys.h"
#include "viewer/window/state.h"

namespace sinew::viewer {

/// Does what a key, a button or the palette asks for. What fails is told by a notice.
void Execute(const Action& action, ViewerState& state);

/// One control step with the mouse's push; pauses if it fails.
void StepSession(ViewerState& state);

/// Unfolds a panel on its page.
void ShowPanel(ViewerState& state, PanelId id);

/// To any frame; pauses.
void SeekTo(ViewerState& state, size_t frame);

/// Chooses policy `index` of the source's shelf; newer ones are no longer followed.
void ChooseFromShelf(ViewerState& state, size_t index);

/// Loads a policy file, or an episode file (*.ep), whose replay then fills the history.
void OpenFile(ViewerState& state, const std::filesystem::path& path);

/// Writes the episode under the cursor into the next free file "sinew-0001.ep".
void SaveEpisodeFile(ViewerState& state);

/// "<stem>-0001.<extension>" in the state's folder, the first number that is free.
std::filesystem::path NextFile(const ViewerState& state, const std::string& stem,
                               const std::string& extension);

}  // namespace sinew::viewer
