#pragma once

#include <memory>

#include "sim/task_builder.h"

namespace sinew::tasks {

/// Options of the planar reaching tasks (section "task").
struct PlanarReachOptions {
  bool random_target = false;
  double effort_weight = 0.02;
  double precision_weight = 1.0;
  double precision_width = 0.05;  // [m]
  void Describe(OptionTable& table);
};

/// Torque-controlled arm of one or two joints in the vertical plane, with gravity, tip to a point:
/// `reach-single` and `reach-double`.
///
/// | observation | size | unit | |
/// |---|---|---|---|
/// | cos, sin of each joint | 2 n | 1 | cosines first |
/// | joint velocities | n | rad/s | |
/// | target - tip, x and z | 2 | m | |
/// | target x, z | 2 | m | from the shoulder; only with `random_target` |
///
/// Action: torque of each joint (5 N·m for one; 12 and 4 N·m for two). Reward terms: distance =
/// -|target - tip|, precision = w exp(-(|target - tip| / width)^2), effort = -w |a|^2 / n. Start:
/// hanging, each joint within 0.5 rad, velocities within 0.1 rad/s. Target: fixed above and ahead
/// of the shoulder, or the tip's place at random joint angles. Never terminates; 100 steps of 0.02
/// s. Success: tip within 5 cm (second criterion: 2 cm) during the last 10 control steps.
/// @param joints  1 or 2.
std::unique_ptr<sim::TaskBuilder> MakePlanarReach(int joints);

}  // namespace sinew::tasks
