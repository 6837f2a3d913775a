#include <array>
#include <cmath>

#include "viewer/panels/action_panel.h"
#include "viewer/panels/distance_panel.h"
#include "viewer/panels/observation_panel.h"
#include "viewer/panels/panel.h"
#include "viewer/panels/reward_panel.h"
#include "viewer/panels/timing_panel.h"
#include "viewer/state.h"

namespace sinew::viewer {
namespace {

bool HasGoal(const ViewerState& state) { return !std::isnan(state.session.frame().goal_distance); }

constexpr std::array<Panel, kNumPanels> kPanels{{
    {kRewardPanel, "Reward", Side::kRight, DrawRewardPanel, nullptr},
    {kDistancePanel, "Distance to goal", Side::kRight, DrawDistancePanel, HasGoal},
    {kTorquePanel, "Torque [N·m]", Side::kRight, DrawActionPanel, nullptr},
    {kTimingPanel, "Timing", Side::kLeft, DrawTimingPanel, nullptr},
    {kObservationPanel, "Observation", Side::kLeft, DrawObservationPanel, nullptr},
}};

}  // namespace

std::span<const Panel> Panels() { return kPanels; }

}  // namespace sinew::viewer
