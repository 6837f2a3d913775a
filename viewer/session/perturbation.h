#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <optional>
#include <string>

#include "viewer/session/body_move.h"
#include "viewer/session/wrench.h"

namespace sinew::viewer {

/// Pulling and twisting the selected body with the mouse: a critically damped spring from the body
/// to the pointer, as mjv_applyPerturbForce has it, handed out as a wrench instead of being written
/// into the simulation.
class Perturbation {
 public:
  enum class Kind { kForce, kTorque };

  Perturbation() { mjv_defaultPerturb(&perturb_); }

  /// @param point  on the body, in world coordinates [m]. Body 0 (the world) deselects.
  void Select(const mjData* data, int body, const Eigen::Vector3d& point);
  void Deselect();
  int selected() const { return perturb_.select; }

  /// Starts pulling at the selected body where it is now, or carrying it if it is a target to be
  /// placed; nothing without a selection or with one that cannot move.
  void Begin(const mjModel* model, const mjData* data, const mjvScene& scene, Kind kind);
  /// @param dx, dy  mouse motion as a fraction of the window's height. @param action  which plane
  /// or axes it means.
  void Drag(const mjModel* model, const mjData* data, mjtMouse action, double dx, double dy,
            const mjvScene& scene);
  void Release() { perturb_.active = 0; }
  bool active() const { return perturb_.active != 0; }
  std::optional<Kind> kind() const;

  /// Where a target that is being carried is to be put; empty while none is.
  std::optional<BodyMove> Placement() const;

  /// The wrench of now; zero and body 0 when nothing is pulled. Changes nothing in `data`.
  Wrench Compute(const mjModel* model, mjData* data) const;

  const mjvPerturb& raw() const { return perturb_; }

 private:
  mjvPerturb perturb_;
  bool placing_ = false;
  Eigen::Vector3d from_ = Eigen::Vector3d::Zero();  // the target's place when it was taken up
  Eigen::Vector3d from_pointer_ = Eigen::Vector3d::Zero();  // and the pointer's
};

/// "12.3 N", "0.45 N·m", or both, and the impulse where there is one: "12.3 N, 2.10 N·s".
/// @param impulse  sums over time of the force [N·s] and of the torque [N·m·s].
std::string DescribeWrench(const Wrench& wrench, const Wrench& impulse = {});
/// The impulse alone; empty if there is none worth naming.
std::string DescribeImpulse(const Wrench& impulse);

}  // namespace sinew::viewer
