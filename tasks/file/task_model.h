#pragma once

#include "sim/simulation.h"
#include "tasks/file/task_file.h"

namespace sinew::tasks {

/// Whether the goal is to bring something to a target.
bool HasTarget(const TaskFileOptions& options);

/// The model of a task file, with a target where the goal has one and the model has not, and with
/// gravity compensation where it is asked for. @throws UserError if it does not load.
sim::Simulation LoadTaskModel(const TaskFileOptions& options);

}  // namespace sinew::tasks
