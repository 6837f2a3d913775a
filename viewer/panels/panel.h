#pragma once

#include <span>

namespace sinew::viewer {

struct ViewerState;

enum PanelId {
  kRewardPanel,
  kDistancePanel,
  kTorquePanel,
  kObservationPanel,
  kTimingPanel,
  kNumPanels
};

enum class Side { kLeft, kRight };

/// One section of a side column. To add one: an id, a file with its Draw, a row in panels.cc.
struct Panel {
  PanelId id;
  const char* title;
  Side side;
  void (*draw)(ViewerState& state);
  /// Whether this task has anything to show here; null: always.
  bool (*available)(const ViewerState& state);
};

/// All panels, from top to bottom.
std::span<const Panel> Panels();

}  // namespace sinew::viewer
