#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "core/options.h"
#include "sim/action_interface.h"
#include "sim/positions_task.h"
#include "sim/task.h"

namespace sinew::sim {

/// A task before it is built: its options can still be set.
class TaskBuilder {
 public:
  virtual ~TaskBuilder() = default;
  /// The section "task" of the configuration: the task's own options, and those of
  /// every task: its action interface and what of the observation is seen.
  void Describe(OptionTable& table) {
    DescribeOwn(table);
    action.Describe(table);
    table.Add("observe", &observe, {"all", "positions"},
              "positions: the policy sees no velocity, that is no element in m/s or rad/s");
  }
  /// The task as its options have it. @throws UserError if options contradict each other or the
  /// model does not load.
  std::shared_ptr<const Task> Build() const {
    std::shared_ptr<Task> task = Make();
    if (observe == "positions") task = MakePositionsTask(std::move(task));
    task->set_randomization(randomization);
    task->UseActionInterface(action);
    spec::CheckNames(task->spec());
    return task;
  }

  /// "all" of the observation, or "positions": without velocities.
  std::string observe = "all";
  /// The section "randomize": how far episodes' physics may lie from the model.
  spec::RandomizationOptions randomization;
  /// What actions command.
  ActionInterface action;

 private:
  virtual void DescribeOwn(OptionTable& table) = 0;
  virtual std::shared_ptr<Task> Make() const = 0;
};

/// Of a task that has none.
struct NoTaskOptions {
  void Describe(OptionTable&) {}
};

/// The builder of a task that is made from one struct of options, which has a Describe.
template <class Options>
class OptionsTaskBuilder : public TaskBuilder {
 public:
  using MakeTask = std::function<std::shared_ptr<Task>(const Options&)>;

  /// @param defaults  the options as they are before any is set.
  OptionsTaskBuilder(Options defaults, MakeTask make)
      : options_(std::move(defaults)), make_(std::move(make)) {}

 private:
  void DescribeOwn(OptionTable& table) override { options_.Describe(table); }
  std::shared_ptr<Task> Make() const override { return make_(options_); }

  Options options_;
  MakeTask make_;
};

/// @param make  called with the options once they are set.
template <class Options>
std::unique_ptr<TaskBuilder> MakeTaskBuilder(Options defaults,
                                             typename OptionsTaskBuilder<Options>::MakeTask make) {
  return std::make_unique<OptionsTaskBuilder<Options>>(std::move(defaults), std::move(make));
}

}  // namespace sinew::sim
