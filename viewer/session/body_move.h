#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <string>

#include "sim/simulation.h"

namespace sinew::viewer {

/// A target put somewhere else by hand.
struct BodyMove {
  int body = 0;
  Eigen::Vector3d position = Eigen::Vector3d::Zero();  // of the body's frame, world [m]
};

/// Whether a body is a thing to be placed rather than pushed: a mocap body, or one that hangs on
/// the world by slides which nothing drives, as tasks keep their targets.
bool IsPlaceable(const mjModel* model, int body);

/// Puts a placeable body where `move` says, as far as its slides reach. Kinematics follow with the
/// next Forward().
void PlaceBody(sim::Simulation& simulation, const BodyMove& move);

/// Its name, or "body 3" for one without.
std::string BodyName(const mjModel* model, int body);

}  // namespace sinew::viewer
