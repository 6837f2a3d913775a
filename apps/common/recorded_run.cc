#include "apps/common/recorded_run.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/options.h"
#include "core/value_text.h"
#include "tasks/file/task_file.h"
#include "tasks/registry.h"
#include "training/run/manifest.h"

namespace sinew::apps {

namespace fs = std::filesystem;

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
  SettleModel(folder.root(), &task);
  run.task = builder->Build();
  for (const auto& entry : task.entries()) run.task_options.emplace_back(entry.key, entry.get());
  return run;
}

std::unique_ptr<sim::TaskBuilder> RecordedBuilder(const std::string& task) {
  return tasks::IsTaskFile(task) ? tasks::MakeRecordedTaskFile(task) : tasks::MakeTaskBuilder(task);
}

std::string FindModel(const std::string& recorded, const fs::path& beside) {
  constexpr int kFoldersAbove = 3;
  if (recorded.empty()) return recorded;
  if (fs::exists(recorded)) return fs::absolute(recorded).string();
  const fs::path name = fs::path(recorded).filename();
  std::vector<fs::path> folders{fs::current_path()};
  // a file named without a folder lies in the present one
  fs::path folder = beside.empty() ? fs::current_path() : fs::absolute(beside);
  for (int i = 0; i <= kFoldersAbove; ++i, folder = folder.parent_path()) folders.push_back(folder);
  // a place that is told from the project's folder on, then the name alone
  for (const fs::path& file : {fs::path(recorded).relative_path(), name}) {
    for (const fs::path& place : folders) {
      if (fs::is_regular_file(place / file)) return (place / file).lexically_normal().string();
    }
  }
  throw UserError(
      fmt::format("the model {} is not there any more: put {} into the present folder, "
                  "or into {}",
                  recorded, name.string(), folders[1].string()));
}

void SettleModel(const fs::path& beside, OptionTable* task) {
  for (const OptionTable::Entry& entry : task->entries()) {
    if (entry.key != "model") continue;
    entry.set(FormatText(FindModel(ParseText(entry.get()), beside)));
  }
}

}  // namespace sinew::apps
