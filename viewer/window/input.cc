#include "viewer/window/input.h"

#include <GLFW/glfw3.h>

#include <exception>

#include "viewer/window/commands.h"
#include "viewer/window/scene.h"

namespace sinew::viewer {
namespace {

constexpr double kDoubleClick = 0.3;  // [s]
constexpr double kZoomPerClick = 0.05;

}  // namespace

void Input::Connect(Window& window) {
  Window::Events events;
  events.key = [this](int code, int modifiers, bool repeat) { Key(code, modifiers, repeat); };
  events.press = [this](int button, int modifiers, double x, double y) {
    Press(button, modifiers, x, y);
  };
  events.release = [this](int button) { Release(button); };
  events.move = [this](double dx, double dy, double, double) { Move(dx, dy); };
  events.scroll = [this](double clicks) {
    state_.scene.MoveCamera(mjMOUSE_ZOOM, 0, -kZoomPerClick * clicks);
  };
  events.drop = [this](const std::vector<std::string>& files) { Drop(files); };
  window.set_events(std::move(events));
}

void Input::Key(int code, int modifiers, bool repeat) {
  const auto action = FindCommand(code, modifiers);
  if (action && (!repeat || Repeats(action->command))) Execute(*action, state_);
}

void Input::Drop(const std::vector<std::string>& files) {
  for (const std::string& file : files) OpenFile(state_, file);
}

void Input::Press(int button, int modifiers, double x, double y) {
  const double now = Window::Now();
  const bool twice = button == last_button_ && now - last_press_ < kDoubleClick;
  last_button_ = button;
  last_press_ = twice ? -1 : now;
  button_ = button;
  shift_ = modifiers & GLFW_MOD_SHIFT;
  const bool control = modifiers & GLFW_MOD_CONTROL;
  if (twice) return DoubleClick(button, control, x, y);
  if (!control || state_.perturbation.selected() <= 0) return;
  const auto& simulation = state_.session.env().simulation();
  state_.impulse = {};
  const auto begin = [&](Perturbation::Kind kind) {
    state_.perturbation.Begin(simulation.model(), simulation.data(), state_.scene.raw(), kind);
  };
  if (button == GLFW_MOUSE_BUTTON_RIGHT) begin(Perturbation::Kind::kForce);
  if (button == GLFW_MOUSE_BUTTON_LEFT) begin(Perturbation::Kind::kTorque);
}

void Input::DoubleClick(int button, bool control, double x, double y) {
  const double u = (x - state_.viewport.left) / state_.viewport.width;
  const double v =
      (state_.framebuffer_height - y - state_.viewport.bottom) / state_.viewport.height;
  const mjData* data = state_.session.env().simulation().data();
  const auto hit = state_.scene.Pick(data, state_.aspect(), u, v);
  if (button == GLFW_MOUSE_BUTTON_LEFT) {
    state_.perturbation.Select(data, hit ? hit->body : 0,
                               hit ? hit->point : Eigen::Vector3d::Zero());
  } else if (button == GLFW_MOUSE_BUTTON_RIGHT && hit) {
    if (control && hit->body > 0) {
      state_.scene.Follow(hit->body);
    } else {
      state_.scene.LookAt(hit->point);
    }
  }
}

void Input::Release(int button) {
  if (button != button_) return;
  button_ = -1;
  const std::string impulse = DescribeImpulse(state_.impulse);
  if (state_.push && !impulse.empty()) {
    const mjModel* model = state_.session.env().simulation().model();
    state_.Say(BodyName(model, state_.push.body) + " was given " + impulse);
  }
  state_.perturbation.Release();
  state_.push = {};
}

mjtMouse Input::DragAction() const {
  if (button_ == GLFW_MOUSE_BUTTON_RIGHT) return shift_ ? mjMOUSE_MOVE_H : mjMOUSE_MOVE_V;
  if (button_ == GLFW_MOUSE_BUTTON_LEFT) return shift_ ? mjMOUSE_ROTATE_H : mjMOUSE_ROTATE_V;
  return mjMOUSE_ZOOM;
}

void Input::PlaceTarget(const BodyMove& place) {
  state_.micro.Clear();
  try {
    state_.session.MoveBody(place);
  } catch (const std::exception& error) {
    state_.Say(error.what());
  }
}

void Input::Move(double dx, double dy) {
  if (button_ < 0 || state_.viewport.height <= 0) return;
  dx /= state_.viewport.height;
  dy /= state_.viewport.height;
  if (state_.perturbation.active()) {
    const auto& simulation = state_.session.env().simulation();
    state_.perturbation.Drag(simulation.model(), simulation.data(), DragAction(), dx, dy,
                             state_.scene.raw());
    if (const auto place = state_.perturbation.Placement()) PlaceTarget(*place);
  } else {
    state_.scene.MoveCamera(DragAction(), dx, dy);
  }
}

}  // namespace sinew::viewer
