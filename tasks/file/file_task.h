#pragma once

#include <memory>
#include <string>

#include "sim/task.h"
#include "tasks/file/task_file.h"

namespace sinew::tasks {

/// Builds the task from its options and its model.
/// @throws UserError naming the option: a model that does not load, a name that it does not have
/// (with those it has), a control period that is no whole number of timesteps, a reward without
/// weights, a box that is none.
std::shared_ptr<sim::Task> MakeFileTask(const std::string& name, const TaskFileOptions& options);

}  // namespace sinew::tasks
