#pragma once

#include <mujoco/mujoco.h>

#include <string>
#include <vector>

#include "viewer/window/state.h"
#include "viewer/window/window.h"

namespace sinew::viewer {

/// Turns mouse and keys into commands, camera moves and pushes, with the habits of MuJoCo's
/// simulate.
class Input {
 public:
  explicit Input(ViewerState& state) : state_(state) {}

  void Connect(Window& window);

 private:
  void Key(int code, int modifiers, bool repeat);
  void Press(int button, int modifiers, double x, double y);
  void DoubleClick(int button, bool control, double x, double y);
  void Release(int button);
  void Move(double dx, double dy);
  void PlaceTarget(const BodyMove& place);
  void Drop(const std::vector<std::string>& files);
  mjtMouse DragAction() const;

  ViewerState& state_;
  int button_ = -1;  // held over the scene; -1: none
  bool shift_ = false;
  int last_button_ = -1;
  double last_press_ = -1;  // [s]
};

}  // namespace sinew::viewer
