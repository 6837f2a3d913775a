#include <memory>

#include "apps/command.h"
#include "apps/rows.h"
#include "tasks/registry.h"

namespace sinew::apps {
namespace {

nlohmann::ordered_json Describe(const sim::TaskSpec& spec) {
  return {{"name", spec.name},
          {"obs_dim", spec.obs_dim()},
          {"act_dim", spec.act_dim()},
          {"control_dt", spec.control_dt},
          {"time_limit", spec.time_limit},
          {"asset", spec.asset},
          {"summary", spec.summary}};
}

void ListTasks(bool json) {
  auto rows = nlohmann::ordered_json::array();
  for (const std::string& name : tasks::TaskNames()) {
    rows.push_back(Describe(tasks::MakeTask(name)->spec()));
  }
  PrintRows(rows, json);
}

}  // namespace

void AddTasksCommand(CLI::App& program) {
  auto* command = program.add_subcommand("tasks", "list the tasks");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "one JSON document on stdout");
  command->callback([json] { ListTasks(*json); });
}

}  // namespace sinew::apps
