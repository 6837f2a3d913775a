#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/options.h"
#include "sim/task.h"

namespace sinew::tasks {

/// A task before it is built: its options can still be set.
class TaskBuilder {
 public:
  virtual ~TaskBuilder() = default;
  /// The section "task" of the configuration.
  virtual void Describe(OptionTable& table) = 0;
  virtual std::shared_ptr<const sim::Task> Build() const = 0;

  /// The section "randomize": how far episodes' physics may lie from the model.
  sim::RandomizationOptions randomization;
};

/// Builds the task with the builder's randomisation.
std::shared_ptr<const sim::Task> BuildTask(const TaskBuilder& builder);

/// Every registered task, sorted by name.
std::vector<std::string> TaskNames();
/// @param name  of a registered task, or the path of a task file (*.toml).
/// @throws UserError for an unknown name, offering the nearest.
std::unique_ptr<TaskBuilder> MakeTaskBuilder(const std::string& name);
/// The task with its default options.
std::shared_ptr<const sim::Task> MakeTask(const std::string& name);

}  // namespace sinew::tasks
