#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "viewer/pacer.h"
#include "viewer/panels/panel.h"
#include "viewer/perturbation.h"
#include "viewer/session.h"

namespace sinew::viewer {

class Scene;

/// What the window is doing just now, beside the session itself. Input writes it, panels read it.
struct ViewerState {
  Session& session;
  Scene& scene;
  Pacer pacer;
  Perturbation perturbation;

  bool paused = false;
  bool show_help = false;
  std::array<float, 2> widened{};  // by the user, left and right column [pixel at scale 1]
  bool show_left = true, show_right = true;
  std::array<bool, kNumPanels> panels{};         // which are shown
  std::optional<std::string> drawing_trouble{};  // an error outside the session's steps
  bool quit = false;
  bool screenshot_wanted = false;

  mjrRect viewport{};          // the scene's part of the framebuffer, y upwards [pixel]
  int framebuffer_height = 1;  // [pixel]
  double aspect() const { return static_cast<double>(viewport.width) / viewport.height; }
  Wrench push{};          // of the mouse, now
  double draw_ms = 0;     // smoothed, with the driver's share
  double frame_rate = 0;  // smoothed [1/s]
  float ui_scale = 1;
  std::string notice{};     // a line that fades, such as a saved picture's name
  double notice_until = 0;  // wall time [s]
};

}  // namespace sinew::viewer
