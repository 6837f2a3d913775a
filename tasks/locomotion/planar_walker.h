#pragma once

#include <memory>
#include <string>

#include "sim/task_builder.h"

namespace sinew::tasks {

/// Options of the planar walker (section "task").
struct PlanarWalkerOptions {
  double speed = 0;  // to be reached [m/s]; 0: standing is enough
  void Describe(OptionTable& table);
};

/// Two-legged robot in the vertical plane that stands up from whatever heap it starts in, then
/// stands, walks or runs: `walker-stand`, `walker-walk` (1 m/s), `walker-run` (8 m/s); dm_control's
/// `walker` domain (observation, reward, reset, timing), so that published returns apply.
///
/// | observation | size | unit | |
/// |---|---|---|---|
/// | orientation of torso, thighs, shins, feet | 14 | 1 | cos and sin of each pitch |
/// | height of the torso | 1 | m | |
/// | qvel | 9 | m/s, rad/s | z, x, pitch, joints |
///
/// Action: control in [-1, 1] of motors with gear 100 (hips), 50 (knees), 20 (ankles). Reward in
/// [0, 1]: with stand = (3 T(height >= 1.2 m, margin 0.6) + (1 + cos pitch) / 2) / 4 it is stand
/// for speed 0, else stand (1 + 5 T(speed of the centre of mass >= speed, margin speed / 2, linear,
/// 0.5 there)) / 6, T being Tolerance(). Its terms add up: height, upright (the two parts of stand,
/// divided by 6 for speeds above 0) and speed. Reset: pitch uniform in +-pi, joints uniform within
/// their limits, at rest, so that robot and floor may overlap. Never terminates; 1000 steps of 25
/// ms. Source: Tassa et al. 2018, arXiv:1801.00690; dm_control's `suite/walker.{py,xml}`.
///
/// @param speed  default of the option.
std::unique_ptr<sim::TaskBuilder> MakePlanarWalker(const std::string& name, double speed);

}  // namespace sinew::tasks
