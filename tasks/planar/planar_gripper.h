#pragma once

#include <memory>

#include "sim/task_builder.h"
#include "tasks/parts/grip.h"

namespace sinew::tasks {

/// What tells the planar gripper's tasks apart.
struct PlanarGripperVariant {
  bool random_target = true;
  bool moving_base = false;  // two more joints: the base rides along a rail and up a column
  bool thrown = false;       // the object starts in flight
};

/// Planar arm of four hinges whose two-finger hand takes a ball to a place: `gripper` (one fixed
/// place), `gripper-random`, `moving-gripper`, `gripper-catch` (the ball is thrown, random place).
///
/// | observation | size | unit | |
/// |---|---|---|---|
/// | base position, velocity | 2 x 2 | m, m/s | moving base only |
/// | sin, cos of the joint angles | 8 | 1 | |
/// | joint velocities | 4 | rad/s | |
/// | finger position, velocity | 2 | m, m/s | 0 is closed |
/// | grip point | 2 | m | x, z |
/// | sin, cos of the hand's pitch | 2 | 1 | |
/// | object position, velocity | 4 | m, m/s | x, z |
/// | object in the hand's frame | 2 | m | along and across the hand, from the grip point |
/// | proximity of each pad | 2 | 1 | exp(-gap / 1 cm), 1 at touch |
/// | target, target - object | 4 | m | x, z |
///
/// Action: torque at the hinges [N·m], force on base and fingers [N]. Reward: GripOptions. Never
/// terminates; 150 steps of 0.02 s. Start: at rest, hand open above, the ball on the floor.
/// The plant is of the kind of the tasks of that name in Lillicrap et al. 2015, arXiv:1509.02971,
/// whose models were not published; dimensions, observation and reward are ours.
std::unique_ptr<sim::TaskBuilder> MakePlanarGripper(const std::string& name,
                                                    const PlanarGripperVariant& variant);

}  // namespace sinew::tasks
