#pragma once

#include <Eigen/Core>

#include "sim/simulation.h"

namespace sinew::tasks {

/// A point that swings about a centre along each axis (a Lissajous figure):
/// p_i(t) = centre_i + amplitude_i sin(frequency_i t + phase_i).
/// It lives in the simulation's userdata, so that saving the simulation saves it.
struct TargetPath {
  Eigen::Vector3d centre = Eigen::Vector3d::Zero(), amplitude = Eigen::Vector3d::Zero();  // [m]
  Eigen::Vector3d frequency = Eigen::Vector3d::Zero();                                    // [rad/s]
  Eigen::Vector3d phase = Eigen::Vector3d::Zero();                                        // [rad]

  /// Numbers of userdata that a path takes.
  static constexpr int kSize = 12;
  /// @param offset  of its first number in userdata.
  static TargetPath Load(const sim::Simulation& simulation, int offset);
  void Store(sim::Simulation* simulation, int offset) const;

  Eigen::Vector3d Position(double time) const;  // [m]
  Eigen::Vector3d Velocity(double time) const;  // [m/s]
};

}  // namespace sinew::tasks
