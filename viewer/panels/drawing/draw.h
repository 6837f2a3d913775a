#pragma once

namespace sinew::viewer {

struct ViewerState;

/// The policy at work: its age, file and hash, the shelf of its run, and a second one as a ghost.
void DrawPolicyPanel(ViewerState& state);
/// Noise on torque and observation, latency, exploration.
void DrawDisturbancePanel(ViewerState& state);
/// A slider a joint, for moving it by hand.
void DrawTakeOverPanel(ViewerState& state);
/// The push plan: body, direction, force, duration, repetition; and where targets are.
void DrawPushPanel(ViewerState& state);
/// Which pushes are survived, by force and direction.
void DrawSurvivalPanel(ViewerState& state);
/// Position, velocity and range of every joint.
void DrawJointPanel(ViewerState& state);
/// Every sensor's values.
void DrawSensorPanel(ViewerState& state);
/// Which geoms touch, and how hard.
void DrawContactPanel(ViewerState& state);
/// Any array of mjData or mjModel by name.
void DrawFieldPanel(ViewerState& state);
/// Camera, and what of the model is drawn.
void DrawScenePanel(ViewerState& state);
/// The history: scrubbing by moments, branches, episode files.
void DrawBranchPanel(ViewerState& state);
/// Video, pictures, film strip.
void DrawRecordPanel(ViewerState& state);
/// Curves of every reward term over the episode, stacked or not, with the value now and the sum.
void DrawRewardPanel(ViewerState& state);
/// The distance to the goal over the episode, with the tolerances of success.
void DrawDistancePanel(ViewerState& state);
/// One bar per actuator: intent, action, torque, and how much of the limit it uses.
void DrawActionPanel(ViewerState& state);
/// What the task itself brings along: TaskSpec::panels.
void DrawTaskPanels(ViewerState& state);
/// What the episodes so far came to, term by term.
void DrawEpisodePanel(ViewerState& state);
/// Every observation: raw, normalised, and where it lies in the range seen in training.
void DrawObservationPanel(ViewerState& state);
/// V and Q over the episode beside what was really earned.
void DrawValuePanel(ViewerState& state);
/// The critic's advantage over two joints' actions.
void DrawLandscapePanel(ViewerState& state);
/// How much each action answers to each observation.
void DrawSensitivityPanel(ViewerState& state);
/// How the watched run stands, and the controls that it takes.
void DrawTrainingPanel(ViewerState& state);
/// Every logged figure of the watched run.
void DrawCurvePanel(ViewerState& state);
/// What a control step and a frame cost, and the speed reached.
void DrawTimingPanel(ViewerState& state);

}  // namespace sinew::viewer
