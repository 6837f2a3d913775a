#pragma once

#include <memory>

#include "sim/task_builder.h"
#include "tasks/arm/arm7.h"

namespace sinew::tasks {

/// Options of the 7-joint reaching tasks (section "task").
struct ArmReachOptions {
  bool random_target = true;
  Arm7Options arm;
  double effort_weight = 0.01;
  double precision_weight = 1.0;
  double precision_width = 0.05;  // [m]
  void Describe(OptionTable& table);
};

/// Seven-joint torque-controlled arm, tip to a point: `arm-reach` (random target) and
/// `arm-reach-fixed`.
///
/// | observation | size | unit | |
/// |---|---|---|---|
/// | joint angles | 7 | rad | |
/// | joint velocities | 7 | rad/s | |
/// | tip | 3 | m | in the shoulder's frame: x radial, y tangential, z up |
/// | target | 3 | m | same frame |
/// | target - tip | 3 | m | same frame |
///
/// The shoulder's frame turns with the first joint, so the same reach looks the same at every
/// azimuth. Action: torque, as a share `torque_scale` of each joint's limit. Reward terms: distance
/// = -|target - tip|, precision = w exp(-(|target - tip| / width)^2), effort = -w |a|^2 / 7. Never
/// terminates; 125 steps of 0.02 s. Start: at rest and free of collisions, the first joint within 1
/// rad of straight ahead, the others within 0.5 rad of the home pose. Random target: uniform in the
/// shell 0.35 to 0.75 m around the shoulder (0.333 m above the base), azimuth within 150 degrees,
/// at least 0.1 m above the floor and 0.25 m off the base's axis. Success: tip within 5 cm (and,
/// second criterion, 2 cm) during the last 10 control steps.
std::unique_ptr<sim::TaskBuilder> MakeArmReach(bool random_target);

}  // namespace sinew::tasks
