#pragma once

#include <memory>

#include "sim/task_builder.h"
#include "tasks/parts/grip.h"

namespace sinew::tasks {

/// Options of the seven-joint arm's gripping tasks (section "task").
struct ArmGripOptions : GripOptions {
  double torque_scale = 0.25;  // share of each joint's limit that an action of 1 commands
  double upright_weight = 0.2;

  void Describe(OptionTable& table);
};

/// Seven-joint torque-controlled arm with a parallel hand that takes a cube of 4 cm somewhere:
/// `arm-lift` (20 cm up from where it lies) and `arm-pick-place` (to a random place, every second
/// one on the floor, the others in the air).
///
/// | observation | size | unit | |
/// |---|---|---|---|
/// | joint angles, velocities | 7 + 7 | rad, rad/s | |
/// | finger position, velocity | 2 | m, m/s | 0 is closed |
/// | grip point | 3 | m | shoulder's frame |
/// | approach, closing axis of the hand | 3 + 3 | 1 | shoulder's frame |
/// | object position, velocity | 3 + 3 | m, m/s | shoulder's frame |
/// | object in the hand's frame | 3 | m | from the grip point |
/// | sin, cos of four times the cube's turn in the hand | 2 | 1 | a cube looks alike every 90 deg |
/// | proximity of each pad | 2 | 1 | exp(-gap / 1 cm), 1 at touch |
/// | target, target - object | 3 + 3 | m | shoulder's frame |
///
/// The shoulder's frame turns with the first joint. Gravity is compensated. Reward: GripOptions,
/// and upright = -w (1 - cos of the hand's tilt). Never terminates; 150 steps of 0.02 s. Start: at
/// rest, hand open, above and pointing down, the cube on the floor, turned at random.
std::unique_ptr<sim::TaskBuilder> MakeArmGrip(bool lift);

}  // namespace sinew::tasks
