#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>

#include "sim/render/renderer.h"
#include "sim/simulation.h"
#include "viewer/session/perturbation.h"

namespace sinew::viewer {

/// MuJoCo's own name of a mjtVisFlag or mjtRndFlag, such as "Convex Hull".
std::string VisualFlagName(int flag);
std::string RenderFlagName(int flag);

/// MuJoCo's abstract scene and its OpenGL resources: camera, picking, drawing. One model; needs a
/// current OpenGL context that outlives it.
class Scene {
 public:
  /// @param software  drawing on the CPU: starts without shadows and reflections, which are slow
  /// there.
  /// @param width, height  of the pictures that RenderImage can make, at most [pixel].
  Scene(mjModel* model, float font_scale, bool software, int width, int height);
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  /// Size of MuJoCo's own labels.
  void SetFontScale(float font_scale);
  /// Takes up the state of `data`, and an arrow for each push.
  void Update(mjData* data, const mjvPerturb& perturb, std::span<const Wrench> pushes);
  /// Adds what moves in a second world of the same model, as a pale shape. After Update.
  void AddGhost(sim::Simulation& simulation);
  /// @param viewport  part of the framebuffer [pixel], y upwards.
  void Render(mjrRect viewport);
  /// The same into a picture, without the window.
  sim::Image RenderImage(int width, int height);

  struct Hit {
    int body;
    Eigen::Vector3d point;  // world [m]
  };
  /// What is drawn at a place of the viewport, (0, 0) bottom left to (1, 1) top right.
  std::optional<Hit> Pick(const mjData* data, double aspect, double x, double y) const;
  /// Where a world point appears, in the same coordinates; nothing behind the camera.
  std::optional<Eigen::Vector2d> Project(const Eigen::Vector3d& point, double aspect) const;

  /// @param dx, dy  mouse motion as a fraction of the viewport's height.
  void MoveCamera(mjtMouse action, double dx, double dy);
  /// The free camera, from where the present one looks.
  void UseFreeCamera();
  /// A free camera that sees what the model's first fixed camera sees, or the whole model where it
  /// has none. It follows the body that carries that camera.
  /// @param aspect  width over height of the viewport; a narrow one is looked at from farther away.
  void ResetCamera(double aspect);
  /// @param direction  +1 or -1 through the model's own cameras; nothing for a model without any.
  void CycleFixedCamera(int direction);
  void UseFixedCamera(int id);
  void LookAt(const Eigen::Vector3d& point);
  void Follow(int body);
  std::string CameraName() const;

  const mjvCamera& camera() const { return camera_; }
  mjvOption& options() { return options_; }
  mjtByte* render_flags() { return scene_.flags; }
  const mjvScene& raw() const { return scene_; }

 private:
  void LookLikeFixedCamera(int id);
  void AddPushArrow(const mjData* data, const Wrench& push);
  void AddTorqueArrow(const mjData* data, const Wrench& push);
  mjvGeom* AddArrow(const mjtNum* from, const Eigen::Vector3d& along, const float* rgba);

  const mjModel* model_;
  mjvScene scene_;
  mjrContext context_;
  mjvCamera camera_;
  mjvOption options_;
};

}  // namespace sinew::viewer
