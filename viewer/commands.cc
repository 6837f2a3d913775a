#include "viewer/commands.h"

#include "viewer/scene.h"

namespace sinew::viewer {
namespace {

void TogglePanel(ViewerState& state, PanelId id) { state.panels[id] = !state.panels[id]; }

void ToggleContacts(mjvOption& options) {
  options.flags[mjVIS_CONTACTPOINT] = !options.flags[mjVIS_CONTACTPOINT];
  options.flags[mjVIS_CONTACTFORCE] = options.flags[mjVIS_CONTACTPOINT];
}

void Escape(ViewerState& state) {
  if (state.show_help) {
    state.show_help = false;
  } else {
    state.scene.UseFreeCamera();
  }
}

}  // namespace

void StepSession(ViewerState& state) {
  Session& session = state.session;
  auto& simulation = session.env().simulation();
  state.push = state.perturbation.Compute(simulation.model(), simulation.data());
  if (!session.Step(state.push)) state.paused = true;
}

void Execute(Command command, ViewerState& state) {
  Session& session = state.session;
  Scene& scene = state.scene;
  const auto flip = [](auto& flag) { flag = !flag; };
  switch (command) {
    case Command::kPlayPause:
      return flip(state.paused);
    case Command::kStepForward:
      state.paused = true;
      return StepSession(state);
    case Command::kStepBack:
      state.paused = true;
      session.StepBack();
      return;
    case Command::kRestartEpisode:
      return session.RestartEpisode();
    case Command::kNextEpisode:
      return session.NextEpisode();
    case Command::kSlower:
      return state.pacer.Slower();
    case Command::kFaster:
      return state.pacer.Faster();
    case Command::kRealTime:
      return state.pacer.set_speed(1);
    case Command::kFullSpeed:
      return state.pacer.set_speed(SpeedLadder().back());
    case Command::kFreeCamera:
      return Escape(state);
    case Command::kPreviousCamera:
      return scene.CycleFixedCamera(-1);
    case Command::kNextCamera:
      return scene.CycleFixedCamera(+1);
    case Command::kResetCamera:
      return scene.ResetCamera(state.aspect());
    case Command::kDeselect:
      return state.perturbation.Deselect();
    case Command::kToggleJoints:
      return flip(scene.options().flags[mjVIS_JOINT]);
    case Command::kToggleContacts:
      return ToggleContacts(scene.options());
    case Command::kToggleTransparent:
      return flip(scene.options().flags[mjVIS_TRANSPARENT]);
    case Command::kToggleShadows:
      return flip(scene.render_flags()[mjRND_SHADOW]);
    case Command::kToggleReflections:
      return flip(scene.render_flags()[mjRND_REFLECTION]);
    case Command::kToggleHelp:
      return flip(state.show_help);
    case Command::kToggleRewards:
      TogglePanel(state, kRewardPanel);
      return TogglePanel(state, kDistancePanel);
    case Command::kToggleObservations:
      return TogglePanel(state, kObservationPanel);
    case Command::kToggleTorques:
      return TogglePanel(state, kTorquePanel);
    case Command::kToggleTiming:
      return TogglePanel(state, kTimingPanel);
    case Command::kToggleLeftSide:
      return flip(state.show_left);
    case Command::kToggleRightSide:
      return flip(state.show_right);
    case Command::kScreenshot:
      state.screenshot_wanted = true;
      return;
    case Command::kQuit:
      state.quit = true;
      return;
  }
}

}  // namespace sinew::viewer
