#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <array>
#include <span>
#include <utility>
#include <vector>

namespace sinew::viewer {

/// A force through a body's centre of mass and a torque about it, in world axes.
struct Wrench {
  int body = 0;                                      // 0 (the world): none
  Eigen::Vector3d force = Eigen::Vector3d::Zero();   // [N]
  Eigen::Vector3d torque = Eigen::Vector3d::Zero();  // [N·m]

  explicit operator bool() const { return body > 0; }
  bool operator==(const Wrench&) const = default;
};

/// Adds wrenches to `xfrc_applied` and puts the old values back when it goes out of scope, so that
/// whatever a task writes there survives. Several on one body add up. `qfrc_applied`, where gravity
/// compensation lives, is not touched.
class ScopedWrenches {
 public:
  ScopedWrenches(mjData* data, std::span<const Wrench> wrenches);
  ~ScopedWrenches();
  ScopedWrenches(const ScopedWrenches&) = delete;
  ScopedWrenches& operator=(const ScopedWrenches&) = delete;

 private:
  using Row = std::array<mjtNum, 6>;
  std::vector<std::pair<mjtNum*, Row>> saved_;  // in the order in which they were added
};

}  // namespace sinew::viewer
