#pragma once

#include "viewer/window/pages.h"

namespace sinew::viewer {

struct ViewerState;

/// How a section of a tab is drawn. To add one: an id and a row in window/pages, a file with its
/// Draw, a row in panels.cc. What a task brings along (TaskSpec::panels) needs none of this.
struct Panel {
  PanelId id;
  void (*draw)(ViewerState& state);
  /// Whether this task or policy has anything to show here; null: always.
  bool (*available)(const ViewerState& state);
};

/// The panel of an id.
const Panel& PanelOf(PanelId id);
/// Whether a tab, or a panel, has anything to show for this task, policy and run.
bool Available(TabId tab, const ViewerState& state);
bool Available(PanelId panel, const ViewerState& state);

}  // namespace sinew::viewer
