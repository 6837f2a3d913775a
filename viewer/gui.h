#pragma once

#include <string>

#include "viewer/theme.h"

struct GLFWwindow;

namespace sinew::viewer {

/// Dear ImGui on a window: context, fonts, theme, remembered layout. Chains to callbacks installed
/// before it.
class Gui {
 public:
  /// @throws Error if ImGui cannot compile its shaders.
  Gui(GLFWwindow* window, float scale);
  ~Gui();
  Gui(const Gui&) = delete;
  Gui& operator=(const Gui&) = delete;

  void BeginFrame();
  /// Draws everything since BeginFrame over what is in the framebuffer.
  void EndFrame();
  const Fonts& fonts() const { return fonts_; }

 private:
  std::string layout_file_;
  Fonts fonts_;
};

}  // namespace sinew::viewer
