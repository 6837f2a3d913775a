#pragma once

#include <memory>

#include "sim/task_builder.h"
#include "tasks/arm/arm7.h"

namespace sinew::tasks {

/// Options of `arm-reach-pose` (section "task").
struct ArmReachPoseOptions {
  Arm7Options arm;
  bool random_target = true;
  double effort_weight = 0.01;
  double precision_weight = 1.0;
  double precision_width = 0.07;  // [m]
  void Describe(OptionTable& table);
};

/// Seven-joint torque-controlled arm, tool to a pose: position and orientation at once.
///
/// Three points fixed to the tool (its tip, and 15 cm along its x and y axes) shall meet the same
/// points of the target; so one length measures both errors, and nothing wraps around. A turn of
/// 0.1 rad moves a point by up to 1.5 cm.
///
/// Observation (29): joint angles [rad] and velocities [rad/s], tip and target [m], then
/// target - tool of the three points [m], all in the shoulder's frame. Reward terms: distance =
/// -mean of the three distances, precision = w exp(-(mean / width)^2), effort = -w |a|^2 / 7. The
/// target is the tool's pose at a joint configuration drawn as start poses are (so it can be
/// reached), or always the same one. Never terminates; 125 steps of 0.02 s. Success: the farthest
/// of the three points within 5 cm (second criterion: 2 cm) during the last 10 control steps.
std::unique_ptr<sim::TaskBuilder> MakeArmReachPose();

}  // namespace sinew::tasks
