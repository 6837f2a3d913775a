#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/options.h"
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

/// Where a recorded model lies now: where it was, or else under its recorded place or its name in
/// the present folder, in `beside` or in one of the folders above it. That it is the same model its
/// hash says. @return an absolute path.
/// @throws UserError if it is in none of them.
std::string FindModel(const std::string& recorded, const std::filesystem::path& beside);

/// Sets a recorded option "model", where the table has one, to where FindModel finds it.
void SettleModel(const std::filesystem::path& beside, OptionTable* task);

}  // namespace sinew::apps
