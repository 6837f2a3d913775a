#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "viewer/analysis/frame_log.h"
#include "viewer/session/episode_file.h"
#include "viewer/session/policy_source.h"
#include "viewer/session/training_feed.h"

namespace sinew::viewer {

struct ViewerState;

/// How the window opens and, for pictures and tests, how it ends by itself.
struct ViewerOptions {
  int width = 1280, height = 800;  // [screen coordinates]
  double ui_scale = 0;             // size of text and panels; 0: the monitor's
  double speed = 1;                // simulated seconds per second; infinity: as fast as possible
  bool start_paused = false;
  uint64_t seed = 0;        // of the environment: every start state follows from it
  std::string title;        // empty: the task's name
  double exit_after_s = 0;  // wall time after which the window closes itself [s]; 0: never
  double frame_rate = 0;    // pictures a second at most; 0: the monitor's

  std::filesystem::path screenshot_path;  // PNG of the whole window; empty: none
  int screenshot_step =
      0;  // written once this many control steps have been shown; then the window closes

  std::filesystem::path folder;      // for pictures, videos and episodes; empty: the current one
  TaskOptions task_options;          // that the task was built with, for episode files
  std::filesystem::path episode;     // to begin with; empty: none
  std::vector<std::string> tabs;     // titles of tabs to open, such as "Mind"; others as remembered
  TrainingFeed* training = nullptr;  // the run whose policies are shown; must outlive the window

  /// Called once a frame after drawing; returning false closes the window.
  std::function<bool(ViewerState&)> on_frame;
};

/// False in a build without GLFW or Dear ImGui, where RunViewer only throws.
bool ViewerAvailable();

/// Opens a window on `task` and returns when it is closed. Physics and drawing share the calling
/// thread, which must be the main one.
///
/// @throws UserError for options out of range; Error in one line, naming `sinew record`, if there
/// is no display, no OpenGL, or no viewer in this build.
/// @return what the last pictures took.
FrameLog RunViewer(std::shared_ptr<const sim::Task> task, std::unique_ptr<PolicySource> source,
                   const ViewerOptions& options);
}  // namespace sinew::viewer
