#pragma once

#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/render/renderer.h"

struct GLFWwindow;

namespace sinew::viewer {

/// One GLFW window with an OpenGL context (compatibility profile, as MuJoCo's renderer needs) and
/// Dear ImGui on it. Only one at a time, on the main thread.
class Window {
 public:
  /// @throws Error in one line if there is no display or no OpenGL.
  Window(int width, int height, const std::string& title);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// Events that no panel took. Positions in framebuffer pixels, y downwards from the top.
  struct Events {
    std::function<void(int code, int modifiers, bool repeat)> key;
    std::function<void(int button, int modifiers, double x, double y)> press;
    std::function<void(int button)> release;
    std::function<void(double dx, double dy, double x, double y)> move;
    std::function<void(double clicks)> scroll;
    std::function<void(const std::vector<std::string>& files)> drop;
  };
  void set_events(Events events) { events_ = std::move(events); }

  bool should_close() const;
  /// The whole monitor, or the size and place from before.
  void SetFullScreen(bool full);
  /// Size of the framebuffer [pixel]; 0 while minimised.
  int width() const;
  int height() const;
  /// Size of text and panels that the monitor asks for, in screen coordinates; 1 at 96 dpi. Where
  /// these are not pixels (Wayland, macOS) the window system scales them itself.
  float content_scale() const;
  /// Framebuffer pixels in one screen coordinate.
  double pixel_ratio() const;
  /// Whether OpenGL is drawn by the CPU (Mesa's llvmpipe and the like).
  bool software() const { return software_; }
  /// Wall time since the first window opened [s].
  static double Now();

  GLFWwindow* handle() const { return window_; }
  void PollEvents();
  void Swap();
  /// What has been drawn since the last Swap.
  sim::Image ReadPixels() const;

 private:
  void Create(int width, int height, const std::string& title, int samples);
  void InstallCallbacks();

  GLFWwindow* window_ = nullptr;
  bool software_ = false;
  std::array<int, 4> windowed_{};  // x, y, width and height while the screen is full
  bool full_screen_ = false;
  double x_ = 0, y_ = 0;  // pointer [framebuffer pixel]
  Events events_;
};

}  // namespace sinew::viewer
