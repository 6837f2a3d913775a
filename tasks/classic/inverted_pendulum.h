#pragma once

#include <memory>

#include "sim/task_builder.h"

namespace sinew::tasks {

/// Pole on a cart, to be held upright: Gymnasium's InvertedPendulum-v4 (observation, reward, reset,
/// timing), so that published returns apply.
///
/// | observation | size | unit |
/// |---|---|---|
/// | position of the cart, angle of the pole from upright | 2 | m, rad |
/// | their velocities | 2 | m/s, rad/s |
///
/// Action: force on the cart, +-300 N. Reward: 1 in every step, also in the one that ends the
/// episode, as version 4 does. Reset: all four uniform within +-0.01. Terminates when the pole
/// leans by more than 0.2 rad; 1000 steps of 40 ms. Departure: a state that is not finite is
/// `diverged` here (and dropped), where Gymnasium terminates. Source: Gymnasium 0.26-1.0,
/// `envs/mujoco/inverted_pendulum_v4.py`.
std::unique_ptr<sim::TaskBuilder> MakeInvertedPendulum();

}  // namespace sinew::tasks
