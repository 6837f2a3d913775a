#pragma once

#include <string>

#include "viewer/window/theme.h"

struct GLFWwindow;

namespace sinew::viewer {

/// Dear ImGui on a window: context, fonts, theme, remembered layout. Chains to callbacks installed
/// before it.
class Gui {
 public:
  /// @param scale  of text and panels. @param pixels  framebuffer pixels in a screen coordinate.
  /// @throws Error if ImGui cannot compile its shaders.
  Gui(GLFWwindow* window, float scale, float pixels);
  ~Gui();
  Gui(const Gui&) = delete;
  Gui& operator=(const Gui&) = delete;

  /// Between frames: another size of text and panels.
  void Rescale(float scale, float pixels);
  void BeginFrame();
  /// Turns everything since BeginFrame into triangles; no OpenGL yet.
  void EndFrame();
  /// Draws them over what is in the framebuffer.
  void Draw();
  const Fonts& fonts() const { return fonts_; }

 private:
  std::string layout_file_;
  Fonts fonts_;
};

}  // namespace sinew::viewer
