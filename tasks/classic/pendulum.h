#pragma once

#include <memory>

#include "sim/task_builder.h"

namespace sinew::tasks {

/// Torque-limited swing-up of a rod (1 kg, 1 m, 2 N·m): Gymnasium's Pendulum-v1 in MuJoCo.
///
/// Observation: cos, sin of the angle from upright [1], angular velocity [rad/s]. Reward, from
/// before the step:
/// -(angle^2 + 0.1 velocity^2 + 0.001 torque^2). Reset: angle uniform in +-pi, velocity in +-1
/// rad/s. Never terminates; 200 steps of 0.05 s. Departures from Pendulum-v1: integrated by MuJoCo
/// with a finer timestep instead of one semi-implicit Euler step, and the velocity is not clipped
/// to 8 rad/s.
std::unique_ptr<sim::TaskBuilder> MakePendulum();

}  // namespace sinew::tasks
