#include "viewer/window/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "core/error.h"
#include "viewer/window/pictures.h"
#include "viewer/window/scene.h"
#include "viewer/window/window.h"

namespace sinew::viewer {
namespace {

constexpr double kNoticeSeconds = 4;
constexpr float kTextStep = 1.1f;

template <class Flag>
void Flip(Flag& flag) {
  flag = !flag;
}

void ToggleContacts(mjvOption& options) {
  Flip(options.flags[mjVIS_CONTACTPOINT]);
  options.flags[mjVIS_CONTACTFORCE] = options.flags[mjVIS_CONTACTPOINT];
}

void Escape(ViewerState& state) {
  if (state.show_help || state.show_palette) {
    state.show_help = state.show_palette = false;
  } else {
    state.scene.UseFreeCamera();
  }
}

void StepBy(ViewerState& state, int steps) {
  state.paused = true;
  state.micro.Clear();
  Session& session = state.session;
  for (; steps > 0; --steps) {
    if (session.WalksHistory() && !state.perturbation.active()) {
      session.StepForward();
    } else {
      StepSession(state);
    }
  }
  for (; steps < 0; ++steps) session.StepBack();
}

// One physics step. Within a control step that is not recorded yet, the step is made first and then
// looked into.
void StepPhysics(ViewerState& state, int direction) {
  state.paused = true;
  Session& session = state.session;
  MicroSteps& micro = state.micro;
  const int next = micro.index() + direction;
  if (next == 0) return micro.Clear();
  if (next < 0) {
    if (session.history().cursor() == 0 || session.frame().begins) return StepBy(state, -1);
    session.StepBack();
  } else if (next >= micro.substeps()) {
    micro.Clear();
    session.StepForward();
    return;
  } else if (micro.index() == 0 && !session.WalksHistory()) {
    if (session.frame().result.done()) return StepBy(state, 1);
    StepSession(state);
    if (session.trouble()) return;
    session.StepBack();
  }
  const History& history = session.history();
  if (micro.substeps() < 2 || history[history.cursor() + 1].begins) return StepBy(state, 1);
  if (micro.index() == 0) micro.Compute(session.frame(), history[history.cursor() + 1]);
  micro.Show(next < 0 ? micro.substeps() - 1 : next);
}

void SwitchGhost(ViewerState& state) {
  Session& session = state.session;
  if (session.ghost()) return session.UseGhost(nullptr);
  if (!state.ghost_choice) state.ghost_choice = session.policy();
  session.UseGhost(state.ghost_choice);
  state.Say(fmt::format("ghost: {}", state.ghost_choice->label));
}

void ShelfBy(ViewerState& state, int step) {
  const auto& shelf = state.session.source().Shelf();
  if (shelf.empty()) return state.Say("this policy has no others of its run beside it");
  const auto last = static_cast<int>(shelf.size()) - 1;
  const int index = std::clamp(static_cast<int>(state.shelf_index) + step, 0, last);
  ChooseFromShelf(state, static_cast<size_t>(index));
}

// the plan's push, of every force and direction
void MapSurvival(ViewerState& state) {
  const PushPlan& plan = state.session.pusher.plan;
  SurvivalOptions& options = state.survival_options;
  options.body = plan.body;
  options.elevation = plan.elevation;
  options.duration_ms = plan.duration_ms;
  state.survival.reset();
  state.survival = std::make_unique<SurvivalMap>(state.session.task(), state.session.seed(),
                                                 state.session.frame(), options);
  ShowPanel(state, kSurvivalPanel);
}

void OpenTab(ViewerState& state, int tab) {
  const int side = Tabs()[tab].side == Side::kLeft ? 0 : 1;
  bool& shown = side == 0 ? state.show_left : state.show_right;
  // the key of the page that is open folds its side away
  if (shown && state.tabs[side] == tab) {
    shown = false;
    return;
  }
  shown = true;
  state.tabs[side] = tab;
  state.tab_wanted[side] = true;
}

void ToggleRecording(ViewerState& state) {
  if (state.recorder.recording()) return state.Say(state.recorder.Stop());
  const auto path = NextFile(state, "sinew", "mp4");
  state.recorder.Start(path);
  state.Say("recording " + path.string());
}

void DoTime(const Action& action, ViewerState& state) {
  Session& session = state.session;
  switch (action.command) {
    case Command::kPlayPause:
      state.micro.Clear();
      return Flip(state.paused);
    case Command::kStepForward:
      return StepBy(state, 1);
    case Command::kStepBack:
      return StepBy(state, state.micro.index() > 0 ? 0 : -1);
    case Command::kTenForward:
      return StepBy(state, 10);
    case Command::kTenBack:
      return StepBy(state, -10);
    case Command::kPhysicsForward:
      return StepPhysics(state, 1);
    case Command::kPhysicsBack:
      return StepPhysics(state, -1);
    case Command::kToNewest:
      return SeekTo(state, session.history().size() - 1);
    case Command::kSlower:
      return state.pacer.Slower();
    case Command::kFaster:
      return state.pacer.Faster();
    case Command::kRealTime:
      return state.pacer.set_speed(1);
    case Command::kFullSpeed:
      return state.pacer.set_speed(SpeedLadder().back());
    case Command::kRestartEpisode:
      state.micro.Clear();
      return session.RestartEpisode();
    case Command::kNextEpisode:
      state.micro.Clear();
      return session.NextEpisode();
    default:
      return SaveEpisodeFile(state);
  }
}

void DoPolicy(const Action& action, ViewerState& state) {
  Session& session = state.session;
  switch (action.command) {
    case Command::kExplore:
      return Flip(session.disturbance.exploring);
    case Command::kOlderPolicy:
      return ShelfBy(state, -1);
    case Command::kNewerPolicy:
      return ShelfBy(state, 1);
    case Command::kFollowNewest:
      return Flip(session.follow_newest);
    case Command::kGhost:
      return SwitchGhost(state);
    case Command::kFirePush:
      return session.pusher.Fire();
    case Command::kRepeatPush:
      Flip(session.pusher.plan.repeat);
      if (!session.pusher.plan.repeat) session.pusher.Stop();
      return;
    case Command::kSurvivalMap:
      return MapSurvival(state);
    default:
      return state.perturbation.Deselect();
  }
}

void DoScene(const Action& action, ViewerState& state) {
  Scene& scene = state.scene;
  mjvOption& options = scene.options();
  switch (action.command) {
    case Command::kFreeCamera:
      return Escape(state);
    case Command::kPreviousCamera:
      return scene.CycleFixedCamera(-1);
    case Command::kNextCamera:
      return scene.CycleFixedCamera(+1);
    case Command::kResetCamera:
      return scene.ResetCamera(state.aspect());
    case Command::kVisualFlag:
      return Flip(options.flags[action.argument]);
    case Command::kContacts:
      return ToggleContacts(options);
    case Command::kRenderFlag:
      return Flip(scene.render_flags()[action.argument]);
    case Command::kGeomGroup:
      return Flip(options.geomgroup[action.argument]);
    case Command::kSiteGroup:
      return Flip(options.sitegroup[action.argument]);
    case Command::kFrames:
      options.frame = (options.frame + 1) % mjNFRAME;
      return state.Say(fmt::format("frames: {}", mjFRAMESTRING[options.frame]));
    default:
      options.label = (options.label + 1) % mjNLABEL;
      return state.Say(fmt::format("labels: {}", mjLABELSTRING[options.label]));
  }
}

void DoWindow(const Action& action, ViewerState& state) {
  switch (action.command) {
    case Command::kTab:
      return OpenTab(state, action.argument);
    case Command::kToggleHelp:
      return Flip(state.show_help);
    case Command::kPalette:
      return Flip(state.show_palette);
    case Command::kFullScreen:
      return Flip(state.full_screen);
    case Command::kLargerText:
      state.text_size = std::min(kLargestText, state.text_size * kTextStep);
      return;
    case Command::kSmallerText:
      state.text_size = std::max(1 / kLargestText, state.text_size / kTextStep);
      return;
    case Command::kToggleLeftSide:
      return Flip(state.show_left);
    case Command::kToggleRightSide:
      return Flip(state.show_right);
    case Command::kScreenshot:
      state.screenshot_wanted = true;
      return;
    case Command::kRecord:
      return ToggleRecording(state);
    case Command::kFilmStrip:
      state.film_strip_wanted = true;
      return;
    default:
      state.quit = true;
      return;
  }
}

}  // namespace

void ViewerState::Say(std::string text) {
  notice = {std::move(text), Window::Now() + kNoticeSeconds};
}

void Execute(const Action& action, ViewerState& state) {
  try {
    if (action.command <= Command::kSaveEpisode) return DoTime(action, state);
    if (action.command <= Command::kDeselect) return DoPolicy(action, state);
    if (action.command <= Command::kLabels) return DoScene(action, state);
    DoWindow(action, state);
  } catch (const std::exception& error) {
    state.Say(error.what());
  }
}

void StepSession(ViewerState& state) {
  Session& session = state.session;
  auto& simulation = session.env().simulation();
  state.micro.Clear();
  state.push = state.perturbation.Compute(simulation.model(), simulation.data());
  if (!session.Step(state.push)) {
    state.paused = true;
    return;
  }
  const double dt = session.spec().control_dt;
  state.impulse.force += dt * state.push.force;
  state.impulse.torque += dt * state.push.torque;
  RecordFrames(state, dt);
}

void ShowPanel(ViewerState& state, PanelId id) {
  const auto panel = std::ranges::find(PanelInfos(), id, &PanelInfo::id);
  const size_t side = Tabs()[panel->tab].side == Side::kLeft ? 0 : 1;
  (side == 0 ? state.show_left : state.show_right) = true;
  state.panels[id] = true;
  state.tabs[side] = panel->tab;
  state.tab_wanted[side] = true;
}

void SeekTo(ViewerState& state, size_t frame) {
  state.paused = true;
  state.micro.Clear();
  state.session.Seek(frame);
}

void ChooseFromShelf(ViewerState& state, size_t index) {
  Session& session = state.session;
  session.UsePolicy(session.source().Load(index));
  session.follow_newest = false;
  state.shelf_index = index;
  state.Say("policy: " + session.policy()->label);
}

void OpenFile(ViewerState& state, const std::filesystem::path& path) {
  try {
    if (path.extension() == ".ep") {
      const ReplayResult result = ReplayEpisode(LoadEpisode(path), &state.session);
      state.paused = true;
      state.micro.Clear();
      return state.Say(fmt::format("{}: {}", path.string(), result.Describe()));
    }
    state.session.UsePolicy(state.session.source().Open(path));
    state.session.follow_newest = false;
    state.Say("policy: " + state.session.policy()->label);
  } catch (const std::exception& error) {
    state.Say(error.what());
  }
}

void SaveEpisodeFile(ViewerState& state) {
  const auto path = NextFile(state, "sinew", "ep");
  const Episode episode = CaptureEpisode(state.session, state.task_options);
  SaveEpisode(path, episode);
  state.Say(fmt::format("saved {}, {} steps", path.string(), episode.steps.size()));
}

std::filesystem::path NextFile(const ViewerState& state, const std::string& stem,
                               const std::string& extension) {
  for (int number = 1;; ++number) {
    auto path = state.folder / fmt::format("{}-{:04d}.{}", stem, number, extension);
    if (!std::filesystem::exists(path)) return path;
  }
}

}  // namespace sinew::viewer
