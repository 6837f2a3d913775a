#pragma once

#include <span>

namespace sinew::viewer {

struct ViewerState;

/// Pages of the side columns; the first four are on the left.
enum TabId {
  kPolicyTab,
  kPushTab,
  kModelTab,
  kTapeTab,
  kEpisodeTab,
  kMindTab,
  kTrainingTab,
  kTimingTab,
  kNumTabs
};

enum class Side { kLeft, kRight };

struct Tab {
  TabId id;
  const char* title;
  Side side;
  /// Whether there is anything to show; null: always.
  bool (*available)(const ViewerState& state);
};

enum PanelId {
  kPolicyPanel,
  kDisturbancePanel,
  kTakeOverPanel,
  kPushPanel,
  kSurvivalPanel,
  kJointPanel,
  kSensorPanel,
  kContactPanel,
  kFieldPanel,
  kScenePanel,
  kBranchPanel,
  kRecordPanel,
  kRewardPanel,
  kDistancePanel,
  kTorquePanel,
  kTaskPanels,
  kEpisodePanel,
  kObservationPanel,
  kValuePanel,
  kLandscapePanel,
  kSensitivityPanel,
  kTrainingPanel,
  kCurvePanel,
  kTimingPanel,
  kNumPanels
};

/// One section of a tab. To add one: an id, a file with its Draw, a row in panels.cc. What a task
/// brings along (TaskSpec::panels) needs none of this.
struct Panel {
  PanelId id;
  const char* title;
  TabId tab;
  void (*draw)(ViewerState& state);
  /// Whether this task or policy has anything to show here; null: always.
  bool (*available)(const ViewerState& state);
};

/// All tabs from left to right, and all panels from top to bottom.
std::span<const Tab> Tabs();
std::span<const Panel> Panels();

}  // namespace sinew::viewer
