#pragma once

#include <memory>

#include "sim/task_builder.h"

namespace sinew::tasks {

/// Two-joint planar arm, tip to a random target: Gymnasium's Reacher-v4 (observation, reward,
/// reset, timing), so that published returns apply.
///
/// | observation | size | unit | |
/// |---|---|---|---|
/// | cos, sin of both joints | 4 | 1 | cosines first |
/// | target x, y | 2 | m | |
/// | joint velocities | 2 | rad/s | |
/// | fingertip - target | 3 | m | z is 0 |
///
/// Action: control in [-1, 1] of two motors with gear 200. Reward: -|fingertip - target| - |a|^2,
/// both from before the step. Reset: joints +-0.1 rad, target uniform in the disc of radius 0.2 m,
/// velocities +-0.005 rad/s. Never terminates; 50 steps of 0.02 s. Source: Gymnasium 0.26-1.0,
/// `envs/mujoco/reacher_v4.py`.
std::unique_ptr<sim::TaskBuilder> MakeReacher();

}  // namespace sinew::tasks
