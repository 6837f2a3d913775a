#pragma once

#include <memory>

#include "sim/task_builder.h"

namespace sinew::tasks {

/// Two poles on a cart, to be held upright: Gymnasium's InvertedDoublePendulum-v4 (observation,
/// reward, reset, timing), so that published returns apply.
///
/// | observation | size | unit | |
/// |---|---|---|---|
/// | position of the cart | 1 | m | |
/// | sin of both angles, cos of both | 4 | 1 | lower pole from upright, upper from lower |
/// | velocities of cart and poles | 3 | m/s, rad/s | clipped to +-10 |
/// | constraint forces at cart and poles | 3 | N, N·m | clipped to +-10; only the cart has a limit
/// |
///
/// Action: force on the cart, +-500 N. Reward terms: upright = 10 in every step, also in the one
/// that ends the episode, as version 4 does; tip = -(0.01 x^2 + (z - 2)^2) of the upper pole's tip;
/// velocity = -(0.001 v1^2 + 0.005 v2^2) of the poles. Upright and still, a step earns 9.36. Reset:
/// cart and angles uniform within +-0.1, velocities 0.1 times a standard normal. Terminates when
/// the tip is not above 1 m; 1000 steps of 50 ms. The tip is read where MuJoCo's kinematics last
/// put it, one substep behind, as Gymnasium does. Source: Gymnasium 0.26-1.0,
/// `envs/mujoco/inverted_double_pendulum_v4.py`.
std::unique_ptr<sim::TaskBuilder> MakeInvertedDoublePendulum();

}  // namespace sinew::tasks
