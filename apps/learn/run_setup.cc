#include "apps/learn/run_setup.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <regex>
#include <string_view>

#include "agents/agent_list.h"
#include "apps/common/recorded_run.h"
#include "core/error.h"
#include "core/files.h"
#include "core/value_text.h"
#include "models/kernels/math_runtime.h"
#include "sim/task.h"
#include "tasks/file/task_file.h"
#include "tasks/registry.h"
#include "training/run/manifest.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUniversal = "universal";

std::vector<std::string> PresetNames(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing))
    names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

fs::path PresetFile(const std::string& agent, const std::string& name) {
  return sim::AssetFolder() / "presets" / agent / (name + ".toml");
}

// @param own  the preset that is used where none is named, if there is one
void ApplyPreset(const std::string& own, const std::string& agent, const std::string& preset,
                 Config* config) {
  const fs::path file = PresetFile(agent, preset.empty() ? own : preset);
  if (fs::exists(file)) return config->SetFromToml(ReadFile(file), file.string());
  if (preset.empty()) {
    // what an agent has for every task that has none of its own
    const fs::path universal = PresetFile(agent, kUniversal);
    if (fs::exists(universal)) config->SetFromToml(ReadFile(universal), universal.string());
    return;
  }
  std::string known;
  for (const std::string& name : PresetNames(file.parent_path()))
    known += (known.empty() ? "" : ", ") + name;
  throw UserError(fmt::format("agent '{}' has no preset '{}'; it has: {}", agent, preset, known));
}

/// Whether a TOML document has the table, or keys that are written with its name in front.
bool HasSection(std::string_view toml, const std::string& section) {
  const std::regex heading("(^|\\n)[ \\t]*(\\[[ \\t]*" + section + "[ \\t]*[\\].]|" + section +
                           "[ \\t]*[.=])");
  return std::regex_search(toml.begin(), toml.end(), heading);
}

training::RunConfig::TaskHooks HooksOf(const std::shared_ptr<sim::TaskBuilder>& builder) {
  return {[builder](OptionTable& table) { builder->Describe(table); },
          [builder] { return builder->Build(); },
          [builder](OptionTable& table) { builder->randomization.Describe(table); }};
}

std::string NameOf(const std::string& task) {
  return tasks::IsTaskFile(task) ? fs::path(task).filename().string() : task;
}

// @param own  the preset that is used where none is named
std::unique_ptr<training::RunConfig> MakeWithPreset(const RunChoice& choice,
                                                    const std::string& own) {
  auto run = std::make_unique<training::RunConfig>(
      NameOf(choice.task), HooksOf(tasks::MakeTaskBuilder(choice.task)), choice.agent, choice.seed);
  Config& config = run->config();
  ApplyPreset(own, choice.agent, choice.preset, &config);
  if (tasks::IsTaskFile(choice.task)) {
    // what the file says of agent and training; the record of its model must hold elsewhere too
    config.SetFromToml(ReadFile(choice.task), choice.task);
    config.SetFromText("task.model=" + FormatText(tasks::ModelOfTaskFile(choice.task).string()));
  }
  if (!choice.config_file.empty())
    config.SetFromToml(ReadFile(choice.config_file), choice.config_file);
  for (const std::string& assignment : choice.assignments) config.SetFromText(assignment);
  return run;
}

// Of an option as TOML; empty where the table has none of this name.
std::string ValueOf(const OptionTable& table, std::string_view key) {
  for (const OptionTable::Entry& entry : table.entries())
    if (entry.key == key) return entry.get();
  return "";
}

bool SeesPositionsOnly(const training::RunConfig& run) {
  return ValueOf(run.task_options(), "observe") == "\"positions\"";
}

}  // namespace

std::string DefaultAgent(const std::string& task, const std::string& preset) {
  if (preset == kUniversal) return "fsac";
  if (!tasks::IsTaskFile(task) || !preset.empty()) return "ddpg";
  if (!fs::exists(task)) return "ddpg";  // to be refused by who reads it
  // settings of an agent that the file does not name are those of the former default
  return HasSection(ReadFile(task), "agent") ? "ddpg" : "fsac";
}

std::unique_ptr<training::RunConfig> MakeRunConfig(const RunChoice& choice) {
  const std::string name = NameOf(choice.task), positions = name + "-positions";
  auto run = MakeWithPreset(choice, name);
  if (SeesPositionsOnly(*run) && fs::exists(PresetFile(choice.agent, positions)))
    run = MakeWithPreset(choice, positions);
  return run;
}

std::string MissingMemory(const training::RunConfig& run) {
  const auto& agent = run.agent_options();
  const bool remembers = ValueOf(agent, "history") != "1" || ValueOf(agent, "memory") != "\"none\"";
  if (!SeesPositionsOnly(run) || remembers) return "";
  return fmt::format(
      "task.observe=positions leaves out the velocities, and this policy does not remember: "
      "agent.history=4 shows it the last observations{}",
      agents::FindAgent(run.agent_name()).traits.memory
          ? ", agent.memory=gru lets it keep what it needs"
          : "");
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
