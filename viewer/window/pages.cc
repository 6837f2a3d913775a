#include "viewer/window/pages.h"

#include <array>

namespace sinew::viewer {
namespace {

constexpr std::array<Tab, kNumTabs> kTabs{{
    {kPolicyTab, "Policy", Side::kLeft},
    {kPushTab, "Push", Side::kLeft},
    {kModelTab, "Model", Side::kLeft},
    {kTapeTab, "Tape", Side::kLeft},
    {kEpisodeTab, "Episode", Side::kRight},
    {kMindTab, "Mind", Side::kRight},
    {kTrainingTab, "Training", Side::kRight},
    {kTimingTab, "Timing", Side::kRight},
}};

constexpr std::array<PanelInfo, kNumPanels> kPanels{{
    {kPolicyPanel, "Policy", kPolicyTab},
    {kDisturbancePanel, "Noise and latency", kPolicyTab},
    {kTakeOverPanel, "Joints by hand", kPolicyTab},
    {kPushPanel, "Push", kPushTab},
    {kSurvivalPanel, "Survival map", kPushTab},
    {kJointPanel, "Joints", kModelTab},
    {kSensorPanel, "Sensors", kModelTab},
    {kContactPanel, "Contacts", kModelTab},
    {kFieldPanel, "Fields", kModelTab},
    {kScenePanel, "Scene", kModelTab},
    {kBranchPanel, "History and branches", kTapeTab},
    {kRecordPanel, "Video and pictures", kTapeTab},
    {kRewardPanel, "Reward", kEpisodeTab},
    {kDistancePanel, "Distance to goal", kEpisodeTab},
    {kTorquePanel, "Torques and targets", kEpisodeTab},
    {kTaskPanels, "Task", kEpisodeTab},
    {kEpisodePanel, "Episodes", kEpisodeTab},
    {kObservationPanel, "Observation", kMindTab},
    {kValuePanel, "Value", kMindTab},
    {kLandscapePanel, "Advantage over two joints", kMindTab},
    {kSensitivityPanel, "Sensitivity", kMindTab},
    {kTrainingPanel, "Run", kTrainingTab},
    {kCurvePanel, "Curves", kTrainingTab},
    {kTimingPanel, "Timing", kTimingTab},
}};

}  // namespace

std::span<const Tab> Tabs() { return kTabs; }
std::span<const PanelInfo> PanelInfos() { return kPanels; }

}  // namespace sinew::viewer
