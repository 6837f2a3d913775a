#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <array>

namespace sinew::viewer {

/// A force through a body's centre of mass and a torque about it, in world axes.
struct Wrench {
  int body = 0;                                      // 0 (the world): none
  Eigen::Vector3d force = Eigen::Vector3d::Zero();   // [N]
  Eigen::Vector3d torque = Eigen::Vector3d::Zero();  // [N·m]

  explicit operator bool() const { return body > 0; }
};

/// Adds a wrench to `xfrc_applied` and puts the old values back when it goes out of scope, so that
/// whatever a task writes there survives. `qfrc_applied`, where gravity compensation lives, is not
/// touched.
class ScopedWrench {
 public:
  ScopedWrench(mjData* data, const Wrench& wrench);
  ~ScopedWrench();
  ScopedWrench(const ScopedWrench&) = delete;
  ScopedWrench& operator=(const ScopedWrench&) = delete;

 private:
  mjtNum* row_ = nullptr;
  std::array<mjtNum, 6> saved_{};
};

}  // namespace sinew::viewer
