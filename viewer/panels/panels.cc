#include <array>
#include <cmath>

#include "viewer/panels/draw.h"
#include "viewer/panels/panel.h"
#include "viewer/state.h"

namespace sinew::viewer {
namespace {

bool HasGoal(const ViewerState& state) { return !std::isnan(state.session.frame().goal_distance); }
bool HasSensors(const ViewerState& state) {
  return state.session.env().simulation().model()->nsensor > 0;
}
bool HasTaskPanels(const ViewerState& state) { return !state.session.spec().panels.empty(); }
bool HasValue(const ViewerState& state) { return state.session.value_function() != nullptr; }
bool HasLandscape(const ViewerState& state) {
  sim::ValueFunction* value = state.session.value_function();
  return value && value->rates_actions() && state.session.spec().act_dim() >= 2;
}
bool HasTraining(const ViewerState& state) { return state.training != nullptr; }

constexpr std::array<Tab, kNumTabs> kTabs{{
    {kPolicyTab, "Policy", Side::kLeft, nullptr},
    {kPushTab, "Push", Side::kLeft, nullptr},
    {kModelTab, "Model", Side::kLeft, nullptr},
    {kTapeTab, "Tape", Side::kLeft, nullptr},
    {kEpisodeTab, "Episode", Side::kRight, nullptr},
    {kMindTab, "Mind", Side::kRight, nullptr},
    {kTrainingTab, "Training", Side::kRight, HasTraining},
    {kTimingTab, "Timing", Side::kRight, nullptr},
}};

constexpr std::array<Panel, kNumPanels> kPanels{{
    {kPolicyPanel, "Policy", kPolicyTab, DrawPolicyPanel, nullptr},
    {kDisturbancePanel, "Noise and latency", kPolicyTab, DrawDisturbancePanel, nullptr},
    {kTakeOverPanel, "Joints by hand", kPolicyTab, DrawTakeOverPanel, nullptr},
    {kPushPanel, "Push", kPushTab, DrawPushPanel, nullptr},
    {kSurvivalPanel, "Survival map", kPushTab, DrawSurvivalPanel, nullptr},
    {kJointPanel, "Joints", kModelTab, DrawJointPanel, nullptr},
    {kSensorPanel, "Sensors", kModelTab, DrawSensorPanel, HasSensors},
    {kContactPanel, "Contacts", kModelTab, DrawContactPanel, nullptr},
    {kFieldPanel, "Fields", kModelTab, DrawFieldPanel, nullptr},
    {kScenePanel, "Scene", kModelTab, DrawScenePanel, nullptr},
    {kBranchPanel, "History and branches", kTapeTab, DrawBranchPanel, nullptr},
    {kRecordPanel, "Video and pictures", kTapeTab, DrawRecordPanel, nullptr},
    {kRewardPanel, "Reward", kEpisodeTab, DrawRewardPanel, nullptr},
    {kDistancePanel, "Distance to goal", kEpisodeTab, DrawDistancePanel, HasGoal},
    {kTorquePanel, "Torque [N·m]", kEpisodeTab, DrawActionPanel, nullptr},
    {kTaskPanels, "Task", kEpisodeTab, DrawTaskPanels, HasTaskPanels},
    {kEpisodePanel, "Episodes", kEpisodeTab, DrawEpisodePanel, nullptr},
    {kObservationPanel, "Observation", kMindTab, DrawObservationPanel, nullptr},
    {kValuePanel, "Value", kMindTab, DrawValuePanel, HasValue},
    {kLandscapePanel, "Advantage over two joints", kMindTab, DrawLandscapePanel, HasLandscape},
    {kSensitivityPanel, "Sensitivity", kMindTab, DrawSensitivityPanel, nullptr},
    {kTrainingPanel, "Run", kTrainingTab, DrawTrainingPanel, nullptr},
    {kCurvePanel, "Curves", kTrainingTab, DrawCurvePanel, nullptr},
    {kTimingPanel, "Timing", kTimingTab, DrawTimingPanel, nullptr},
}};

}  // namespace

std::span<const Tab> Tabs() { return kTabs; }
std::span<const Panel> Panels() { return kPanels; }

}  // namespace sinew::viewer
