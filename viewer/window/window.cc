#include "viewer/window/window.h"

#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui/imgui.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "viewer/window/keys.h"

namespace sinew::viewer {
namespace {

static_assert(key::kSpace == GLFW_KEY_SPACE && key::kEscape == GLFW_KEY_ESCAPE &&
              key::kTab == GLFW_KEY_TAB && key::kBackspace == GLFW_KEY_BACKSPACE &&
              key::kRight == GLFW_KEY_RIGHT && key::kLeft == GLFW_KEY_LEFT &&
              key::kDown == GLFW_KEY_DOWN && key::kUp == GLFW_KEY_UP &&
              key::kHome == GLFW_KEY_HOME && key::kEnd == GLFW_KEY_END &&
              key::kPageUp == GLFW_KEY_PAGE_UP && key::kPageDown == GLFW_KEY_PAGE_DOWN &&
              key::kF1 == GLFW_KEY_F1 && key::kF1 + 11 == GLFW_KEY_F12 &&
              key::kKeypadSubtract == GLFW_KEY_KP_SUBTRACT && key::kKeypadAdd == GLFW_KEY_KP_ADD);
static_assert(key::kShift == GLFW_MOD_SHIFT && key::kControl == GLFW_MOD_CONTROL &&
              key::kAlt == GLFW_MOD_ALT);

constexpr int kSamples = 4;  // multisampling, where the graphics card does it
constexpr const char* kRemedy = "`sinew record` makes a video without a window";

std::string last_error;  // GLFW tells causes only through its callback

bool DisplayNamed() {
#ifdef __linux__
  const auto set = [](const char* name) {
    const char* value = std::getenv(name);
    return value && *value;
  };
  return set("DISPLAY") || set("WAYLAND_DISPLAY");
#else
  return true;
#endif
}

bool IsSoftware(const char* renderer) {
  const std::string_view name = renderer ? renderer : "";
  return name.find("llvmpipe") != name.npos || name.find("softpipe") != name.npos ||
         name.find("swrast") != name.npos;
}

bool ActsWhileTyping(int code, int modifiers) {
  const bool command =
      (modifiers & GLFW_MOD_CONTROL) &&
      (code == GLFW_KEY_K || code == GLFW_KEY_P || code == GLFW_KEY_S || code == GLFW_KEY_Q);
  return code == GLFW_KEY_ESCAPE || (code >= GLFW_KEY_F1 && code <= GLFW_KEY_F12) || command;
}

Window* Self(GLFWwindow* window) { return static_cast<Window*>(glfwGetWindowUserPointer(window)); }

}  // namespace

Window::Window(int width, int height, const std::string& title) {
  if (!DisplayNamed()) {
    throw Error(fmt::format("no display: DISPLAY is not set; {}", kRemedy));
  }
  glfwSetErrorCallback([](int, const char* text) { last_error = text; });
  if (!glfwInit()) throw Error(fmt::format("no display: {}; {}", last_error, kRemedy));
  Create(width, height, title, kSamples);
  if (software_) {
    // multisampling costs a processor half its frames: begin again without
    glfwDestroyWindow(window_);
    Create(width, height, title, 0);
  }
  InstallCallbacks();
}

void Window::Create(int width, int height, const std::string& title, int samples) {
  glfwDefaultWindowHints();
  glfwWindowHint(GLFW_SAMPLES, samples);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  window_ = glfwCreateWindow(width, height, title.c_str(), nullptr, nullptr);
  if (!window_) {
    glfwTerminate();
    throw Error(fmt::format("no window with OpenGL: {}; {}", last_error, kRemedy));
  }
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(1);
  software_ = IsSoftware(reinterpret_cast<const char*>(glGetString(GL_RENDERER)));
}

Window::~Window() {
  glfwDestroyWindow(window_);
  glfwTerminate();
}

void Window::InstallCallbacks() {
  glfwSetWindowUserPointer(window_, this);
  glfwSetKeyCallback(window_, [](GLFWwindow* w, int code, int, int action, int modifiers) {
    const Events& events = Self(w)->events_;
    // while text is typed, only the keys that no text holds are commands
    const bool typing = ImGui::GetIO().WantTextInput && !ActsWhileTyping(code, modifiers);
    if (action == GLFW_RELEASE || typing || !events.key) return;
    events.key(code, modifiers, action == GLFW_REPEAT);
  });
  glfwSetMouseButtonCallback(window_, [](GLFWwindow* w, int button, int action, int modifiers) {
    const Window& self = *Self(w);
    // a release always counts: the drag may have ended over a panel
    if (action == GLFW_RELEASE) {
      if (self.events_.release) self.events_.release(button);
    } else if (!ImGui::GetIO().WantCaptureMouse && self.events_.press) {
      self.events_.press(button, modifiers, self.x_, self.y_);
    }
  });
  glfwSetCursorPosCallback(window_, [](GLFWwindow* w, double x, double y) {
    Window& self = *Self(w);
    const double ratio = self.pixel_ratio();
    const double dx = x * ratio - self.x_, dy = y * ratio - self.y_;
    self.x_ = x * ratio;
    self.y_ = y * ratio;
    if (self.events_.move) self.events_.move(dx, dy, self.x_, self.y_);
  });
  glfwSetScrollCallback(window_, [](GLFWwindow* w, double, double clicks) {
    const Events& events = Self(w)->events_;
    if (!ImGui::GetIO().WantCaptureMouse && events.scroll) events.scroll(clicks);
  });
  glfwSetDropCallback(window_, [](GLFWwindow* w, int count, const char** paths) {
    const Events& events = Self(w)->events_;
    if (events.drop) events.drop({paths, paths + count});
  });
}

double Window::pixel_ratio() const {
  int window_width = 0, window_height = 0;
  glfwGetWindowSize(window_, &window_width, &window_height);
  return window_width > 0 ? static_cast<double>(width()) / window_width : 1.0;
}

bool Window::should_close() const { return glfwWindowShouldClose(window_); }

void Window::SetFullScreen(bool full) {
  if (full == full_screen_) return;
  full_screen_ = full;
  auto& [x, y, width, height] = windowed_;
  if (!full) return glfwSetWindowMonitor(window_, nullptr, x, y, width, height, GLFW_DONT_CARE);
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
  if (!mode) return;
  // Wayland tells no positions, which is no matter here
  glfwGetWindowPos(window_, &x, &y);
  glfwGetWindowSize(window_, &width, &height);
  glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
}

int Window::width() const {
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  return width;
}

int Window::height() const {
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  return height;
}

float Window::content_scale() const {
  float x = 1, y = 1;
  glfwGetWindowContentScale(window_, &x, &y);
  return std::clamp(std::max(x, y) / static_cast<float>(pixel_ratio()), 1.0f, 4.0f);
}

double Window::Now() { return glfwGetTime(); }
void Window::PollEvents() { glfwPollEvents(); }
void Window::Swap() { glfwSwapBuffers(window_); }

sim::Image Window::ReadPixels() const {
  sim::Image image;
  image.width = width();
  image.height = height();
  const size_t row = 3u * image.width;
  std::vector<uint8_t> upside_down(row * image.height);
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, image.width, image.height, GL_RGB, GL_UNSIGNED_BYTE, upside_down.data());
  image.rgb.resize(upside_down.size());
  for (int y = 0; y < image.height; ++y) {
    std::copy_n(upside_down.data() + (image.height - 1 - y) * row, row, image.rgb.data() + y * row);
  }
  return image;
}

}  // namespace sinew::viewer
