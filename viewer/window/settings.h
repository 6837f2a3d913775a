#pragma once

#include <filesystem>

namespace sinew::viewer {

struct ViewerState;

/// Where the layout is remembered: sinew/viewer.ini below $XDG_CONFIG_HOME or ~/.config. The folder
/// is made if possible; empty (nothing is remembered) where it cannot be.
std::filesystem::path LayoutFile();

/// Adds `state`'s choice of tabs and panels and the widths of the columns to what Dear ImGui reads
/// from its ini file at the first frame and writes at the end. `state` must outlive the ImGui
/// context.
void RememberLayout(ViewerState* state);

}  // namespace sinew::viewer
