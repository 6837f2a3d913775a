#pragma once

#include <memory>

#include "sim/task_builder.h"

namespace sinew::tasks {

/// Seven-joint arm that pushes a puck to a goal on the table: Gymnasium's Pusher-v4 (observation,
/// reward, reset, timing), so that published returns apply.
///
/// | observation | size | unit |
/// |---|---|---|
/// | joint angles | 7 | rad |
/// | joint velocities | 7 | rad/s |
/// | fork, puck, goal: x, y, z of each | 9 | m |
///
/// Action: torque, +-2 N·m at every joint. Reward terms, all from before the step: goal = -|puck -
/// goal|, effort = -0.1 |torque|^2, reach = -0.5 |puck - fork|. Reset: arm as drawn, puck uniform
/// in a rectangle of 0.3 by 0.4 m beside the goal and at least 0.17 m from it, arm's velocities
/// uniform within +-0.005 rad/s. Never terminates; 100 steps of 50 ms. The fork is read where
/// MuJoCo's kinematics last put it, one substep behind, as Gymnasium does. Success, ours: the
/// puck's centre within 5 cm of the goal's in the plane during the last 10 steps. Source: Gymnasium
/// 0.26-1.0, `envs/mujoco/pusher_v4.py`.
std::unique_ptr<sim::TaskBuilder> MakeArmPush();

}  // namespace sinew::tasks
