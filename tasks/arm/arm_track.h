#pragma once

#include <memory>

#include "sim/task_builder.h"
#include "tasks/arm/arm7.h"

namespace sinew::tasks {

/// Options of `arm-track` (section "task").
struct ArmTrackOptions {
  Arm7Options arm;
  double speed = 1;  // of the target, times its own
  double effort_weight = 0.01;
  double precision_weight = 1.0;
  double precision_width = 0.05;  // [m]
  void Describe(OptionTable& table);
};

/// Seven-joint torque-controlled arm, tip after a point that swings about a random centre along all
/// three axes (0.25, 0.35 and 0.2 Hz, 5 to 15 cm, random phases).
///
/// Observation (26): as `arm-reach`, and the target's velocity [m/s] in the shoulder's frame.
/// Reward terms: distance = -|target - tip|, precision = w exp(-(|target - tip| / width)^2), effort
/// = -w |a|^2 / 7. Never terminates; 250 steps of 0.02 s. Success: tip within 5 cm (second
/// criterion: 2 cm) of the moving target during the whole of the last second.
std::unique_ptr<sim::TaskBuilder> MakeArmTrack();

}  // namespace sinew::tasks
