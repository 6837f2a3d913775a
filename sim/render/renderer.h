#pragma once

#include <mujoco/mujoco.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sinew::sim {

/// One RGB picture, rows from top to bottom, 3 bytes a pixel.
struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;
};

/// Size and quality of the pictures.
struct RenderOptions {
  int width = 640, height = 480;  // [pixel]
  bool shadows = true;
  bool reflections = false;
  int multisamples = 4;  // 0: no antialiasing
  int camera = -1;  // id of a fixed camera; -1: the free camera on the model's statistic centre
};

/// Draws a simulation without any display, through EGL.
/// Renderers are independent of each other; one is used by one thread at a time, and that thread
/// must not have a window's OpenGL context current (a viewer in the same process draws on its own
/// thread).
class Renderer {
 public:
  /// @throws UserError for a size or camera out of range; Error in one line if no EGL device or
  /// surfaceless platform can be opened, naming what to install.
  Renderer(const mjModel* model, const RenderOptions& options);
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  /// Draws `data` as it stands (positions as of the last forward kinematics) into `image`, resized
  /// to fit. Changes nothing in `data`. The free camera can be set through camera().
  void Render(const mjModel* model, mjData* data, Image* image);
  mjvCamera& camera();
  mjvOption& options();

  /// Text in the top left corner of every following picture: lines of `labels`, and beside them
  /// lines of `values`. Both empty (as at the start): none. Characters beyond ASCII are drawn as
  /// '?', MuJoCo's font has no others.
  void SetCaption(std::string_view labels, std::string_view values = {});

  /// What draws: the GL_RENDERER string, e.g. "llvmpipe (LLVM 15.0.6, 256 bits)".
  const std::string& device() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sinew::sim
