#pragma once

#include <Eigen/Core>

#include "sim/simulation.h"

namespace sinew::tasks {

/// Inverse kinematics of the seven-joint arm by damped least squares from the keyframe "home", its
/// first joint turned towards the point. Writes the first seven of qpos and leaves kinematics and
/// centres of mass up to date.
/// @param site  that shall be at `position` [m] with the axes `frame`, both in the world's.
/// @return  false if it does not get there, to 1 mm and 1 mrad within the joints' limits.
bool SolveArm7(sim::Simulation& simulation, int site, const Eigen::Vector3d& position,
               const Eigen::Matrix3d& frame);

/// The site's axes in the world's frame.
Eigen::Matrix3d SiteFrame(const sim::Simulation& simulation, int site);

/// A turn about z [rad].
Eigen::Matrix3d TurnAboutZ(double angle);

}  // namespace sinew::tasks
