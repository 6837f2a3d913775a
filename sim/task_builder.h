#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "core/options.h"
#include "sim/task.h"

namespace sinew::sim {

/// A task before it is built: its options can still be set.
class TaskBuilder {
 public:
  virtual ~TaskBuilder() = default;
  /// The section "task" of the configuration.
  virtual void Describe(OptionTable& table) = 0;
  /// The task, with the builder's randomisation. @throws UserError if options contradict each
  /// other or the model does not load.
  std::shared_ptr<const Task> Build() const {
    const std::shared_ptr<Task> task = Make();
    task->set_randomization(randomization);
    return task;
  }

  /// The section "randomize": how far episodes' physics may lie from the model.
  spec::RandomizationOptions randomization;

 private:
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

  void Describe(OptionTable& table) override { options_.Describe(table); }

 private:
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
