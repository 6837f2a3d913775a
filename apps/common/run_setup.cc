#include "apps/common/run_setup.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>

#include "core/error.h"
#include "core/files.h"
#include "core/value_text.h"
#include "models/math_runtime.h"
#include "policy/policy_file.h"
#include "sim/model_task.h"
#include "sim/scripted_policies.h"
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

Subject FromPolicyFile(const fs::path& file) {
  auto artifact = std::make_shared<policy::PolicyArtifact>(policy::LoadPolicy(file));
  Subject subject;
  subject.task = TaskOfContract(artifact->contract, file.parent_path());
  subject.policy_file = file;
  subject.policy_name = file.string();
  subject.make_policy = [artifact] { return policy::MakeArtifactPolicy(*artifact); };
  spec::CheckContract(artifact->contract, subject.task->spec(),
                      subject.task->MakeSimulation().model_hash());
  return subject;
}

// the task as the run had it, with its own options
Subject FromRunFolder(const fs::path& root, const std::string& choice) {
  if (choice != "final" && choice != "best") {
    throw UserError(
        fmt::format("a run folder has the policies 'final' and 'best', not '{}'", choice));
  }
  const auto folder = training::RunFolder::Open(root);
  const fs::path file = choice == "best" ? folder.best_policy() : folder.final_policy();
  if (!fs::exists(file) && fs::exists(folder.final_policy())) {
    throw UserError(fmt::format(
        "{} has no best policy: in every evaluation episodes diverged; name --policy final",
        root.string()));
  }
  if (!fs::exists(file)) {
    throw UserError(fmt::format("{} does not exist yet; finish the run with: sinew resume {}",
                                file.string(), root.string()));
  }
  Subject subject;
  subject.task = LoadRunConfig(folder)->BuildTask();
  subject.policy_file = file;
  subject.policy_name = file.string();
  auto artifact = std::make_shared<policy::PolicyArtifact>(policy::LoadPolicy(file));
  spec::CheckContract(artifact->contract, subject.task->spec(),
                      subject.task->MakeSimulation().model_hash());
  subject.make_policy = [artifact] { return policy::MakeArtifactPolicy(*artifact); };
  return subject;
}

// Where a recorded model lies now: where it was, or else under its name in the present folder, in
// `beside` or in one of the folders above it. That it is the same model its hash says.
std::string FindModel(const std::string& recorded, const fs::path& beside) {
  constexpr int kFoldersAbove = 3;
  if (recorded.empty() || fs::exists(recorded)) return recorded;
  const fs::path name = fs::path(recorded).filename();
  std::vector<fs::path> folders{fs::current_path()};
  fs::path folder = fs::absolute(beside);
  for (int i = 0; i <= kFoldersAbove; ++i, folder = folder.parent_path()) folders.push_back(folder);
  for (const fs::path& place : folders) {
    if (fs::is_regular_file(place / name)) return (place / name).lexically_normal().string();
  }
  throw UserError(
      fmt::format("the model {} is not there any more: put {} into the present folder, "
                  "or into {}",
                  recorded, name.string(), folders[1].string()));
}

// a recorded option "model" as FindModel has it
void SettleModel(const fs::path& beside, OptionTable* task) {
  for (const OptionTable::Entry& entry : task->entries()) {
    if (entry.key != "model") continue;
    entry.set(FormatText(FindModel(ParseText(entry.get()), beside)));
  }
}

// as TaskOptionsOf writes it: no task file, and nothing known of it but its model
bool IsBareModel(const spec::Contract& contract) {
  return !tasks::IsTaskFile(contract.task) && contract.task_options.size() == 1 &&
         contract.task_options.front().key == "model";
}

// a task as a run or a policy names it
std::unique_ptr<sim::TaskBuilder> RecordedBuilder(const std::string& name) {
  return tasks::IsTaskFile(name) ? tasks::MakeRecordedTaskFile(name) : tasks::MakeTaskBuilder(name);
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
  const OptionTable& task = run->task_options();
  for (const OptionTable::Entry& entry : task.entries()) {
    if (entry.key != "model") continue;
    const std::string model = FindModel(ParseText(entry.get()), folder.root());
    run->config().SetFromText("task.model=" + FormatText(model));
  }
  return run;
}

std::shared_ptr<const sim::Task> TaskOfContract(const spec::Contract& contract,
                                                const fs::path& beside) {
  if (IsBareModel(contract)) {
    const std::string model = ParseText(contract.task_options.front().value);
    return sim::MakeModelTask(FindModel(model, beside));
  }
  const auto builder = RecordedBuilder(contract.task);
  OptionTable table("task"), randomize("randomize");
  builder->Describe(table);
  builder->randomization.Describe(randomize);
  const std::string prefix = "randomize.";
  for (const auto& option : contract.task_options) {
    if (option.key.starts_with(prefix)) {
      randomize.Set(option.key.substr(prefix.size()), option.value);
    } else {
      table.Set(option.key, option.value);
    }
  }
  SettleModel(beside, &table);
  return builder->Build();
}

std::shared_ptr<const sim::Task> TaskOfEpisode(const viewer::Episode& episode,
                                               const fs::path& beside) {
  spec::Contract contract;
  contract.task = episode.task;
  for (const auto& [key, value] : episode.task_options)
    contract.task_options.push_back({key, value});
  return TaskOfContract(contract, beside);
}

viewer::TaskOptions TaskOptionsOf(const std::string& task) {
  viewer::TaskOptions options;
  if (task.ends_with(".xml"))
    options.emplace_back("model", FormatText(fs::absolute(task).lexically_normal().string()));
  if (!tasks::IsTaskFile(task)) return options;
  const auto builder = tasks::MakeTaskBuilder(task);
  OptionTable table("task");
  builder->Describe(table);
  for (const OptionTable::Entry& entry : table.entries())
    options.emplace_back(entry.key, entry.get());
  return options;
}

viewer::TaskOptions TaskOptionsOf(const spec::Contract& contract) {
  viewer::TaskOptions options;
  for (const auto& option : contract.task_options) options.emplace_back(option.key, option.value);
  return options;
}

Subject ResolveSubject(const std::string& what, const std::string& choice, uint64_t seed) {
  if (fs::is_directory(what)) return FromRunFolder(what, choice.empty() ? "final" : choice);
  const bool is_model = what.ends_with(".xml"), is_task = is_model || tasks::IsTaskFile(what);
  if (fs::exists(what) && !is_task) return FromPolicyFile(what);
  if (!is_task && (what.find('/') != std::string::npos || what.ends_with(".policy"))) {
    throw UserError(fmt::format("{}: no such run folder or policy file", what));
  }
  Subject subject;
  subject.task = is_model ? sim::MakeModelTask(what) : tasks::MakeTask(what);
  subject.policy_name = choice.empty() ? "zero" : choice;
  subject.make_policy = [name = subject.policy_name, task = subject.task, seed] {
    return sim::MakeScriptedPolicy(name, *task, seed);
  };
  subject.make_policy();
  return subject;
}

std::map<std::string, std::string> LibraryVersions() {
  return {{"mujoco", mj_versionString()},
          {"torch", models::TorchVersion()},
          {"eigen",
           fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)}};
}

}  // namespace sinew::apps
