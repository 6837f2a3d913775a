#pragma once

#include <Eigen/Core>
#include <string>

#include "core/options.h"
#include "sim/task.h"

namespace sinew::tasks {

/// The frame that turns with the arm's first joint.
inline constexpr const char* kShoulderFrame = "base, turned with the first joint";

/// Options that all tasks of the seven-joint arm share.
struct Arm7Options {
  bool gravity_compensation = true;
  double torque_scale = 0.5;  // share of each joint's limit that an action of 1 commands
  void Describe(OptionTable& table);
};

/// What all tasks of the seven-joint arm (assets/arm7) share: torque as a share of each joint's
/// limit, joint angles and velocities as the first 14 observations, control at 50 Hz for 2.5 s,
/// start poses near "home" and points in the frame that turns with the first joint, in which the
/// same reach looks the same at every azimuth.
class Arm7Task : public sim::Task {
 public:
  static constexpr int kJoints = 7;

 protected:
  static constexpr double kShoulderHeight = 0.333;  // [m]

  Arm7Task(const std::string& asset, const Arm7Options& options);

  /// Adds "<point>_radial", "_tangential" and "_up".
  void ObservePoint(const std::string& point, const char* unit = "m", double magnitude = 1);
  /// At rest and free of collisions, the first joint within 1 rad of straight ahead, the others
  /// within 0.5 rad of the home pose.
  void DrawPose(sim::Simulation& simulation, Random& random) const;
  /// Joint angles and velocities; returns where the next element goes.
  static double* WriteJoints(const sim::Simulation& simulation, std::span<double> observation);
  static Eigen::Vector3d InShoulderFrame(const sim::Simulation& simulation,
                                         const Eigen::Vector3d& point);
  static double* Write(const Eigen::Vector3d& point, double* observation);
  /// |a|^2 / 7, a = torque as a share of what is commanded at most.
  double Effort(const sim::Simulation& simulation) const;

  Eigen::Vector3d Tip(const sim::Simulation& simulation) const {
    return simulation.SitePosition(tip_);
  }
  Eigen::Map<Eigen::Vector3d> Target(sim::Simulation& simulation) const {
    return Eigen::Map<Eigen::Vector3d>(simulation.data()->mocap_pos + 3 * target_);
  }
  Eigen::Map<const Eigen::Vector3d> Target(const sim::Simulation& simulation) const {
    return Eigen::Map<const Eigen::Vector3d>(simulation.data()->mocap_pos + 3 * target_);
  }

  int tip_ = 0, home_ = 0, target_ = 0;
};

}  // namespace sinew::tasks
