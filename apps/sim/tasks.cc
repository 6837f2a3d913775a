#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/common/rows.h"
#include "apps/sim/commands.h"
#include "apps/sim/task_page.h"
#include "core/error.h"
#include "core/files.h"
#include "sim/task.h"
#include "tasks/registry.h"

namespace sinew::apps {
namespace {

struct TasksArguments {
  std::string name;
  bool json = false, markdown = false;
};

nlohmann::ordered_json Describe(const spec::TaskSpec& spec) {
  return {{"name", spec.name},
          {"obs_dim", spec.obs_dim()},
          {"act_dim", spec.act_dim()},
          {"control_dt", spec.control_dt},
          {"time_limit", spec.time_limit},
          {"asset", spec.asset},
          {"summary", spec.summary}};
}

// The list as scripts/task-pages.sh has made it, since to build every task takes a tenth of a
// second; empty where there is none.
nlohmann::ordered_json MadeList() {
  const auto path = sim::AssetFolder() / "tasks.json";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return {};
  return nlohmann::ordered_json::parse(ReadFile(path), nullptr, /*allow_exceptions=*/false);
}

nlohmann::ordered_json RowOf(const std::string& name, const nlohmann::ordered_json& made) {
  for (const auto& row : made) {
    if (row.is_object() && row.value("name", "") == name) return row;
  }
  return Describe(tasks::MakeTask(name)->spec());
}

void ListTasks(bool json) {
  const auto made = MadeList();
  auto rows = nlohmann::ordered_json::array();
  for (const std::string& name : tasks::TaskNames()) rows.push_back(RowOf(name, made));
  PrintRows(rows, json);
}

void ShowTask(const TasksArguments& arguments) {
  const auto builder = tasks::MakeTaskBuilder(arguments.name);
  OptionTable options("task");
  builder->Describe(options);
  const auto task = TaskAsJson(*builder->Build(), options);
  const std::string text = arguments.json       ? task.dump(2) + "\n"
                           : arguments.markdown ? TaskAsMarkdown(task)
                                                : TaskAsText(task);
  fmt::print("{}", text);
}

void Tasks(const TasksArguments& arguments) {
  if (!arguments.name.empty()) return ShowTask(arguments);
  if (arguments.markdown) throw UserError("--markdown needs the name of a task");
  ListTasks(arguments.json);
}

}  // namespace

void AddTasksCommand(CommandLine& program) {
  Command command = program.Add("tasks");
  auto arguments = std::make_shared<TasksArguments>();
  command.Argument("task", &arguments->name, "task or task file (*.toml) to tell about");
  const Option json = command.Flag("--json", &arguments->json, "one JSON document on stdout");
  command.Flag("--markdown", &arguments->markdown, "a page of the documentation").Excludes(json);
  command.Action([arguments] { Tasks(*arguments); });
}

}  // namespace sinew::apps
