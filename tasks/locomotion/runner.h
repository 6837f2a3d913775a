#pragma once

#include <memory>
#include <string>

#include "sim/task_builder.h"

namespace sinew::tasks {

/// Options of the running robots (section "task"); the defaults are Gymnasium's.
struct RunnerOptions {
  double forward_weight = 1;
  double healthy_reward = 1;  // without effect for `cheetah`, which cannot fall
  double effort_weight = 0;   // each robot's own default
  bool terminate_when_unhealthy = true;
  bool can_fall = true;  // of the robot; no option: one that cannot has no option about falling
  void Describe(OptionTable& table);
};

/// Robots that run towards +x: `hopper`, `walker`, `cheetah` in the vertical plane, `ant` in space;
/// Gymnasium's Hopper-v4, Walker2d-v4, HalfCheetah-v4 and Ant-v4 (observation, reward, reset,
/// timing), so that published returns apply.
///
/// | observation | size | unit | |
/// |---|---|---|---|
/// | qpos but for x (ant: x and y) | 5, 8, 8, 13 | m, rad | height, pitch (ant: quaternion), joints
/// | | qvel | 6, 9, 9, 14 | m/s, rad/s | hopper and walker: clipped to +-10 |
///
/// Action: control in [-1, 1] of one motor a joint. Reward terms: forward = w (x after - x before)
/// / control period, healthy = 1 in every step of hopper, walker and ant (also in the one that ends
/// the episode, as version 4 does), effort = -w |a|^2 with w = 0.001, 0.001, 0.1, 0.5. Reset: qpos
/// uniform within +-0.005, +-0.005, +-0.1, +-0.1 of the pose in the MJCF; qvel uniform within
/// +-0.005 for hopper and walker, 0.1 times a standard normal for cheetah and ant. Terminates when
/// the robot falls: hopper unless height > 0.7 m, |pitch| < 0.2 and every other coordinate within
/// +-100; walker unless 0.8 m < height < 2 m and |pitch| < 1; ant unless 0.2 m <= height <= 1 m;
/// cheetah never. 1000 steps of 8, 8, 50 and 50 ms.
///
/// The ant's x is where MuJoCo's kinematics last put the torso, one substep behind qpos, as
/// Gymnasium reads it. Departure: a state that is not finite is `diverged` here (and dropped),
/// where Gymnasium terminates. Source: Gymnasium 0.26-1.0,
/// `envs/mujoco/{hopper,walker2d,half_cheetah,ant}_v4.py`.
///
/// @param name  "hopper", "walker", "cheetah" or "ant".
std::unique_ptr<sim::TaskBuilder> MakeRunner(const std::string& name);

}  // namespace sinew::tasks
