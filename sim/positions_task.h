#pragma once

#include <memory>

#include "sim/task.h"

namespace sinew::sim {

/// Whether the element is a velocity: measured in m/s or rad/s.
bool IsVelocity(const spec::ObservationElement& element);

/// A task as seen by a robot without velocity sensors: its observation lacks the velocities, all
/// else is that of `task`. Its goals can be exchanged where neither they nor the reward towards
/// them depend on a velocity.
/// @throws UserError if nothing is left to observe.
std::shared_ptr<Task> MakePositionsTask(std::shared_ptr<const Task> task);

}  // namespace sinew::sim
