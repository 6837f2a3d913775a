#include "apps/common/subject.h"

#include <fmt/format.h>

#include <utility>

#include "apps/common/recorded_run.h"
#include "core/error.h"
#include "core/options.h"
#include "core/value_text.h"
#include "policy/policy_file.h"
#include "sim/check/model_task.h"
#include "sim/scripted_policies.h"
#include "tasks/file/task_file.h"
#include "tasks/registry.h"
#include "training/run/run_folder.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;

// holds a policy against its task; another engine is told and no fault
void CheckModel(const spec::Contract& contract, const sim::Task& task) {
  const spec::ModelIdentity model = task.MakeSimulation().identity();
  spec::CheckContract(contract, task.spec(), &model);
  const std::string warning = spec::EngineWarning(contract, model);
  if (!warning.empty()) fmt::print(stderr, "note: {}\n", warning);
}

Subject FromPolicyFile(const fs::path& file) {
  auto graph = std::make_shared<const policy::PolicyGraph>(policy::LoadPolicy(file));
  Subject subject;
  subject.task = TaskOfContract(graph->contract, file.parent_path());
  subject.policy_file = file;
  subject.policy_name = file.string();
  subject.graph = graph;
  subject.make_policy = [graph] { return policy::MakeArtifactPolicy(*graph); };
  CheckModel(graph->contract, *subject.task);
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
  subject.task = LoadRecordedRun(folder).task;
  subject.policy_file = file;
  subject.policy_name = file.string();
  auto graph = std::make_shared<const policy::PolicyGraph>(policy::LoadPolicy(file));
  CheckModel(graph->contract, *subject.task);
  subject.graph = graph;
  subject.make_policy = [graph] { return policy::MakeArtifactPolicy(*graph); };
  return subject;
}

// as TaskOptionsOf writes it: no task file, and nothing known of it but its model
bool IsBareModel(const spec::Contract& contract) {
  return !tasks::IsTaskFile(contract.task) && contract.task_options.size() == 1 &&
         contract.task_options.front().key == "model";
}

}  // namespace

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
  subject.task = tasks::MakeTaskOrModel(what);
  subject.policy_name = choice.empty() ? "zero" : choice;
  subject.make_policy = [name = subject.policy_name, task = subject.task, seed] {
    return sim::MakeScriptedPolicy(name, *task, seed);
  };
  subject.make_policy();
  return subject;
}

}  // namespace sinew::apps
