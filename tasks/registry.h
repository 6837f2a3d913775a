#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/task.h"
#include "sim/task_builder.h"

namespace sinew::tasks {

/// Every registered task, sorted by name.
std::vector<std::string> TaskNames();
/// @param name  of a registered task, or the path of a task file (*.toml).
/// @throws UserError for an unknown name, offering the nearest.
std::unique_ptr<sim::TaskBuilder> MakeTaskBuilder(const std::string& name);
/// The task with its default options.
std::shared_ptr<const sim::Task> MakeTask(const std::string& name);

}  // namespace sinew::tasks
