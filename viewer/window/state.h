#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "viewer/analysis/frame_log.h"
#include "viewer/analysis/survival.h"
#include "viewer/session/episode_file.h"
#include "viewer/session/micro_step.h"
#include "viewer/session/pacer.h"
#include "viewer/session/perturbation.h"
#include "viewer/session/session.h"
#include "viewer/session/training_feed.h"
#include "viewer/window/pages.h"
#include "viewer/window/panel_memory.h"
#include "viewer/window/recorder.h"

namespace sinew::viewer {

class Scene;

/// The user's own factor on the size of text lies between this and its inverse.
inline constexpr float kLargestText = 2;

/// A line that fades, such as a saved picture's name.
struct Notice {
  std::string text{};
  double until = 0;  // wall time [s]
};

/// What the window is doing just now, beside the session itself. Input writes it, panels read it.
struct ViewerState {
  Session& session;
  Scene& scene;
  Pacer pacer;
  MicroSteps micro;
  Perturbation perturbation{};
  Recorder recorder{};
  std::unique_ptr<SurvivalMap> survival{};
  SurvivalOptions survival_options{};
  TrainingFeed* training = nullptr;  // null: no run is watched
  TaskOptions task_options{};        // for episode files
  std::filesystem::path folder{};    // where pictures, videos and episodes go

  bool paused = false;
  bool show_help = false, show_palette = false;
  std::array<float, 2> widened{};  // by the user, left and right column [pixel at scale 1]
  bool show_left = true, show_right = true;
  std::array<int, 2> tabs{kPolicyTab, kEpisodeTab};  // the open one of each side
  std::array<bool, 2> tab_wanted{true, true};        // set by a key: to be opened in this frame
  std::array<bool, kNumPanels> panels{};             // which are unfolded
  bool stacked_rewards = false;
  size_t shelf_index = 0;                        // of the policy chosen on the source's shelf
  PolicyHandle ghost_choice{};                   // what G shows
  std::optional<std::string> drawing_trouble{};  // an error outside the session's steps
  bool quit = false;
  bool screenshot_wanted = false, film_strip_wanted = false, full_screen = false;

  mjrRect viewport{};          // the scene's part of the framebuffer, y upwards [pixel]
  int framebuffer_height = 1;  // [pixel]
  double aspect() const { return static_cast<double>(viewport.width) / viewport.height; }
  Wrench push{};        // of the mouse, now
  Wrench impulse{};     // of it since the drag began [N·s, N·m·s]
  FrameLog frames{};    // what drawing takes
  float ui_scale = 1;   // of text and panels
  float text_size = 1;  // by the user, part of ui_scale
  Notice notice{};
  PanelMemory memory{};

  /// What is drawn and read by panels: the session's world, or a moment within a control step.
  sim::Simulation& shown() {
    return micro.index() > 0 ? micro.simulation() : session.env().simulation();
  }
  void Say(std::string text);
};

}  // namespace sinew::viewer
