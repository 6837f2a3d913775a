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
/// The same, or for a bare model (*.xml) a task without a goal.
/// @throws UserError that names what a model is too new for.
std::shared_ptr<const sim::Task> MakeTaskOrModel(const std::string& what);

}  // namespace sinew::tasks
