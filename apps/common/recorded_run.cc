#include "apps/common/recorded_run.h"

#include "core/files.h"
#include "core/options.h"
#include "tasks/file/task_file.h"
#include "tasks/registry.h"
#include "training/run/manifest.h"

namespace sinew::apps {

RecordedRun LoadRecordedRun(const training::RunFolder& folder) {
  const training::RunManifest manifest = training::ReadManifest(folder.manifest());
  const auto builder = RecordedBuilder(manifest.task);
  RecordedRun run;
  run.agent = manifest.agent;
  OptionTable task("task"), randomize("randomize"), train("train");
  builder->Describe(task);
  builder->randomization.Describe(randomize);
  run.train.Describe(train);
  Config config;
  for (OptionTable* table : {&task, &randomize, &train}) config.AddSection(table);
  config.SetKnownFromToml(ReadFile(folder.config()), folder.config().string());
  run.task = builder->Build();
  for (const auto& entry : task.entries()) run.task_options.emplace_back(entry.key, entry.get());
  return run;
}

std::unique_ptr<sim::TaskBuilder> RecordedBuilder(const std::string& task) {
  return tasks::IsTaskFile(task) ? tasks::MakeRecordedTaskFile(task) : tasks::MakeTaskBuilder(task);
}

}  // namespace sinew::apps
