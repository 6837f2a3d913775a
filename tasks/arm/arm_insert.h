#pragma once

#include <memory>

#include "sim/task_builder.h"
#include "tasks/arm/arm7.h"

namespace sinew::tasks {

/// Options of `arm-insert` (section "task").
struct ArmInsertOptions {
  Arm7Options arm{.torque_scale = 0.25};
  double align_weight = 2;
  double precision_weight = 1;
  double precision_width = 0.02;  // [m]
  double upright_weight = 0.5;
  double effort_weight = 0.02;
  double start_inside = 0;  // share of the training episodes
  double start_above = 0;
  void Describe(OptionTable& table);
};

/// Seven-joint torque-controlled arm that puts a round peg of 20 mm into a square hole of 22 mm and
/// 5 cm depth, whose block stands somewhere in front of it.
///
/// Observation (26): joint angles [rad] and velocities [rad/s]; end of the peg, bottom of the hole
/// and the latter minus the former [m], then the peg's direction, all in the shoulder's frame.
/// Reward terms: distance = -|end - bottom|, align = -w (distance of the end from the hole's axis),
/// precision = w exp(-(|end - bottom| / width)^2), upright = -w (1 - cos of the peg's tilt), effort
/// = -w |a|^2 / 7. Start: at rest, the peg 5 to 20 cm above the level of the hole's opening, within
/// 8 degrees of pointing down, anywhere over the area in which the hole may be. Never terminates;
/// 150 steps of 0.02 s. Success: the end within 5 mm (second criterion: 1 cm) of the hole's bottom
/// during the last 10 control steps.
///
/// Training episodes may start in the hole or right above it: the reverse curriculum of Florensa et
/// al. 2017, arXiv:1707.05300, with fixed shares instead of ones that follow the success.
std::unique_ptr<sim::TaskBuilder> MakeArmInsert();

}  // namespace sinew::tasks
