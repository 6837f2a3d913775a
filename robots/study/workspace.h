#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <optional>
#include <vector>

namespace sinew::robots {

struct Box {
  Eigen::Vector3d low, high;  // [m]
};

/// A box near the end effector's place in the `home` pose all of whose corners and sides it can
/// reach, tried by inverse kinematics within the joints' ranges, above `ground` [m]. None where the
/// reachable points fill no box, as those of two joints in space.
/// @param site  the end effector.
std::optional<Box> ReachableBox(const mjModel* m, int site, const std::vector<double>& home,
                                double ground);

/// The largest torque [N m] (or force) by which gravity pulls on each degree of freedom, over poses
/// drawn from the joints' ranges.
std::vector<double> GravityLoad(const mjModel* m, const std::vector<double>& home);

}  // namespace sinew::robots
