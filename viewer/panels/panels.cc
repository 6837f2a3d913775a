#include <array>
#include <cmath>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/panel.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

bool HasGoal(const ViewerState& state) { return !std::isnan(state.session.frame().goal_distance); }
bool HasSensors(const ViewerState& state) {
  return state.session.env().simulation().model()->nsensor > 0;
}
bool HasTaskPanels(const ViewerState& state) { return !state.session.spec().panels.empty(); }
bool HasValue(const ViewerState& state) { return state.session.value_function() != nullptr; }
bool HasLandscape(const ViewerState& state) {
  spec::ValueFunction* value = state.session.value_function();
  return value && value->rates_actions() && state.session.spec().act_dim() >= 2;
}
bool HasTraining(const ViewerState& state) { return state.training != nullptr; }

constexpr std::array<Panel, kNumPanels> kPanels{{
    {kPolicyPanel, DrawPolicyPanel, nullptr},
    {kDisturbancePanel, DrawDisturbancePanel, nullptr},
    {kTakeOverPanel, DrawTakeOverPanel, nullptr},
    {kPushPanel, DrawPushPanel, nullptr},
    {kSurvivalPanel, DrawSurvivalPanel, nullptr},
    {kJointPanel, DrawJointPanel, nullptr},
    {kSensorPanel, DrawSensorPanel, HasSensors},
    {kContactPanel, DrawContactPanel, nullptr},
    {kFieldPanel, DrawFieldPanel, nullptr},
    {kScenePanel, DrawScenePanel, nullptr},
    {kBranchPanel, DrawBranchPanel, nullptr},
    {kRecordPanel, DrawRecordPanel, nullptr},
    {kRewardPanel, DrawRewardPanel, nullptr},
    {kDistancePanel, DrawDistancePanel, HasGoal},
    {kTorquePanel, DrawActionPanel, nullptr},
    {kTaskPanels, DrawTaskPanels, HasTaskPanels},
    {kEpisodePanel, DrawEpisodePanel, nullptr},
    {kObservationPanel, DrawObservationPanel, nullptr},
    {kValuePanel, DrawValuePanel, HasValue},
    {kLandscapePanel, DrawLandscapePanel, HasLandscape},
    {kSensitivityPanel, DrawSensitivityPanel, nullptr},
    {kTrainingPanel, DrawTrainingPanel, nullptr},
    {kCurvePanel, DrawCurvePanel, nullptr},
    {kTimingPanel, DrawTimingPanel, nullptr},
}};

// each stands at the place of its id
constexpr bool InOrder() {
  for (int i = 0; i < kNumPanels; ++i) {
    if (kPanels[i].id != i) return false;
  }
  return true;
}
static_assert(InOrder());

}  // namespace

const Panel& PanelOf(PanelId id) { return kPanels[id]; }

bool Available(TabId tab, const ViewerState& state) {
  return tab != kTrainingTab || HasTraining(state);
}

bool Available(PanelId panel, const ViewerState& state) {
  const Panel& found = PanelOf(panel);
  return !found.available || found.available(state);
}

}  // namespace sinew::viewer
