#pragma once

#include <memory>
#include <string>

#include "sim/task_builder.h"
#include "training/run/run_folder.h"
#include "training/run/train_options.h"
#include "viewer/session/episode_file.h"

namespace sinew::apps {

/// What a run's folder says of its task and its length; what its agent is like stays unread.
struct RecordedRun {
  std::string agent;
  training::TrainOptions train;
  std::shared_ptr<const sim::Task> task;  // as the run had it, with its own options
  viewer::TaskOptions task_options;       // the section "task", as episode files keep it
};

/// @throws UserError for a folder that is none of a run, for an unknown task and for settings of
/// task, randomisation or training that do not hold today.
RecordedRun LoadRecordedRun(const training::RunFolder& folder);

/// The builder of a task as a run or a policy names it. @throws UserError for an unknown name,
/// offering the nearest.
std::unique_ptr<sim::TaskBuilder> RecordedBuilder(const std::string& task);

}  // namespace sinew::apps
