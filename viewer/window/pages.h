#pragma once

#include <span>

namespace sinew::viewer {

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

/// One section of a tab: what it is called and where it stands.
struct PanelInfo {
  PanelId id;
  const char* title;
  TabId tab;
};

/// All tabs from left to right, and all panels from top to bottom.
std::span<const Tab> Tabs();
std::span<const PanelInfo> PanelInfos();

}  // namespace sinew::viewer
