#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agents/base/agent.h"
#include "core/options.h"
#include "sim/task.h"
#include "training/curriculum/reverse_curriculum.h"
#include "training/run/train_options.h"

namespace sinew::training {

/// Task and agent by name, and the options of both: everything that decides a run's bits.
/// How the task is made is the caller's, so that training does not depend on any concrete task.
class RunConfig {
 public:
  /// What a task's builder has to offer here.
  struct TaskHooks {
    std::function<void(OptionTable&)> describe;
    std::function<std::shared_ptr<const sim::Task>()> build;
    std::function<void(OptionTable&)> describe_randomization = [](OptionTable&) {};
  };
  /// @throws UserError for an unknown agent.
  RunConfig(std::string task, TaskHooks hooks, std::string agent, uint64_t seed);
  RunConfig(const RunConfig&) = delete;
  RunConfig& operator=(const RunConfig&) = delete;

  const std::string& task_name() const { return task_name_; }
  const std::string& agent_name() const { return agent_name_; }
  uint64_t seed() const { return seed_; }
  TrainOptions& train() { return train_; }
  const TrainOptions& train() const { return train_; }
  Config& config() { return config_; }
  const Config& config() const { return config_; }

  /// The section "task" as it stands.
  const OptionTable& task_options() const { return task_table_; }
  /// The section "agent" as it stands.
  const OptionTable& agent_options() const { return agent_table_; }
  /// The section "randomize" as it stands.
  const OptionTable& randomization() const { return randomize_table_; }

  std::shared_ptr<const sim::Task> BuildTask() const { return hooks_.build(); }
  /// Its snapshots carry the task's contract.
  std::unique_ptr<agents::Agent> BuildAgent(const sim::Task& task,
                                            ThreadPool* pool = nullptr) const;
  /// Null where it is off. @throws UserError as ReverseCurriculum.
  std::unique_ptr<ReverseCurriculum> BuildCurriculum(std::shared_ptr<const sim::Task> task) const;

 private:
  /// Of the longest training episode.
  int EpisodeSteps(const spec::TaskSpec& spec) const;

  std::string task_name_, agent_name_;
  uint64_t seed_;
  TaskHooks hooks_;
  std::unique_ptr<agents::AgentBuilder> agent_builder_;
  TrainOptions train_;
  ReverseCurriculumOptions curriculum_;
  OptionTable task_table_{"task"}, randomize_table_{"randomize"}, agent_table_{"agent"},
      train_table_{"train"}, curriculum_table_{"curriculum"};
  Config config_;
};

}  // namespace sinew::training
