#include "apps/learn/run_setup.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>

#include "apps/common/recorded_run.h"
#include "core/error.h"
#include "core/files.h"
#include "core/value_text.h"
#include "models/math_runtime.h"
#include "sim/task.h"
#include "tasks/file/task_file.h"
#include "tasks/registry.h"
#include "training/run/manifest.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> PresetNames(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing))
    names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

void ApplyPreset(const std::string& task, const std::string& agent, const std::string& preset,
                 Config* config) {
  const fs::path folder = sim::AssetFolder() / "presets" / agent;
  const fs::path file = folder / ((preset.empty() ? task : preset) + ".toml");
  if (fs::exists(file)) return config->SetFromToml(ReadFile(file), file.string());
  if (preset.empty()) return;
  std::string known;
  for (const std::string& name : PresetNames(folder)) known += (known.empty() ? "" : ", ") + name;
  throw UserError(fmt::format("agent '{}' has no preset '{}'; it has: {}", agent, preset, known));
}

training::RunConfig::TaskHooks HooksOf(const std::shared_ptr<sim::TaskBuilder>& builder) {
  return {[builder](OptionTable& table) { builder->Describe(table); },
          [builder] { return builder->Build(); },
          [builder](OptionTable& table) { builder->randomization.Describe(table); }};
}

}  // namespace

std::unique_ptr<training::RunConfig> MakeRunConfig(const std::string& task,
                                                   const std::string& agent, uint64_t seed,
                                                   const std::string& preset,
                                                   const std::string& file,
                                                   const std::vector<std::string>& assignments) {
  const std::string name = tasks::IsTaskFile(task) ? fs::path(task).filename().string() : task;
  auto run = std::make_unique<training::RunConfig>(name, HooksOf(tasks::MakeTaskBuilder(task)),
                                                   agent, seed);
  ApplyPreset(name, agent, preset, &run->config());
  if (tasks::IsTaskFile(task)) {
    // what the file says of agent and training; the record of its model must hold elsewhere too
    run->config().SetFromToml(ReadFile(task), task);
    run->config().SetFromText("task.model=" + FormatText(tasks::ModelOfTaskFile(task).string()));
  }
  if (!file.empty()) run->config().SetFromToml(ReadFile(file), file);
  for (const std::string& assignment : assignments) run->config().SetFromText(assignment);
  return run;
}

std::unique_ptr<training::RunConfig> LoadRunConfig(const training::RunFolder& folder) {
  const auto manifest = training::ReadManifest(folder.manifest());
  auto run = std::make_unique<training::RunConfig>(
      manifest.task, HooksOf(RecordedBuilder(manifest.task)), manifest.agent, manifest.seed);
  run->config().SetFromToml(ReadFile(folder.config()), folder.config().string());
  const OptionTable& options = run->task_options();
  for (const OptionTable::Entry& entry : options.entries()) {
    if (entry.key != "model") continue;
    const std::string model = FindModel(ParseText(entry.get()), folder.root());
    run->config().SetFromText("task.model=" + FormatText(model));
  }
  return run;
}

std::map<std::string, std::string> LibraryVersions() {
  return {{"mujoco", mj_versionString()},
          {"torch", models::TorchVersion()},
          {"eigen",
           fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)}};
}

}  // namespace sinew::apps
