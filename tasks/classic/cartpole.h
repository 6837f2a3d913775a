#pragma once

#include <memory>
#include <string>

#include "sim/task_builder.h"

namespace sinew::tasks {

/// Options of the cart-pole (section "task").
struct CartpoleOptions {
  bool sparse = false;
  double start_upright = 0;  // share of the training episodes
  void Describe(OptionTable& table);
};

/// Pole on a cart, swung up from hanging and balanced: `cartpole-swingup` and
/// `cartpole-swingup-sparse`; dm_control's tasks of these names (observation, reward, reset,
/// timing), so that published returns apply.
///
/// | observation | size | unit |
/// |---|---|---|
/// | position of the cart | 1 | m |
/// | cos, sin of the pole's angle from upright | 2 | 1 |
/// | velocities of cart and pole | 2 | m/s, rad/s |
///
/// Action: force on the cart, +-10 N. Shaped reward in [0, 1]: (1 + cos) / 2 times (4 + T(control,
/// margin 1, quadratic, 0 there)) / 5, times (1 + T(pole's velocity, margin 5 rad/s)) / 2, times
/// (1 + T(position, margin 2 m)) / 2, T being Tolerance(). Its terms add up: `upright` is the first
/// factor, each of the others what its factor takes away from the product so far. Sparse reward: 1
/// where |position| <= 0.25 m and cos >= 0.995, else 0. Reset: position 0.01, angle pi + 0.01,
/// velocities 0.01, each times a standard normal. Never terminates; 1000 steps of 10 ms. Success
/// (ours): the pole's tip within 25 cm of its place above the middle of the rail during the last
/// 100 steps.
/// Training episodes may start with the pole around upright, at pi u^3 with u uniform in [-1, 1]:
/// without that, a sparse reward is hardly ever seen.
/// Source: Tassa et al. 2018, arXiv:1801.00690; dm_control's `suite/cartpole.{py,xml}`.
///
/// @param sparse  default of the option.
std::unique_ptr<sim::TaskBuilder> MakeCartpoleSwingup(const std::string& name, bool sparse);

}  // namespace sinew::tasks
