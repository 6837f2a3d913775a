#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "apps/sim/commands.h"
#include "core/error.h"
#include "sim/check/task_check.h"
#include "tasks/registry.h"

namespace sinew::apps {
namespace {

struct CheckArguments {
  std::string what;
  sim::CheckOptions options;
  bool json = false;
};

// a model has too little about it for the checks of a task, and is held to the others
sim::CheckReport Report(const CheckArguments& arguments) {
  return sim::CheckTask(tasks::MakeTaskOrModel(arguments.what), arguments.options);
}

std::string ToJson(const sim::CheckReport& report, const std::string& what) {
  nlohmann::ordered_json json{
      {"subject", what}, {"passed", report.passed()}, {"checks", nlohmann::ordered_json::array()}};
  for (const sim::CheckResult& result : report.results) {
    json["checks"].push_back({{"name", result.name},
                              {"verdict", sim::ToText(result.verdict)},
                              {"detail", result.detail}});
  }
  return json.dump(2) + "\n";
}

void Check(const CheckArguments& arguments) {
  const sim::CheckReport report = Report(arguments);
  fmt::print("{}", arguments.json ? ToJson(report, arguments.what) : report.ToString());
  for (const sim::CheckResult& result : report.results) {
    if (result.verdict != sim::Verdict::kFail) continue;
    throw Error(fmt::format("{} is not sound: {}: {}", arguments.what, result.name, result.detail));
  }
}

}  // namespace

void AddCheckCommand(CommandLine& program) {
  Command command = program.Add("check");
  auto arguments = std::make_shared<CheckArguments>();
  command
      .Argument("task|file", &arguments->what,
                "task (see: sinew tasks), task file (*.toml) or model (*.xml)")
      .Required();
  command.Value("--episodes", &arguments->options.episodes, "start states tried")
      .Between(1, 10000)
      .ShowDefault();
  command.Value("--seed", &arguments->options.seed, "start states").ShowDefault();
  command.Flag("--json", &arguments->json, "one JSON document on stdout");
  command.Action([arguments] { Check(*arguments); });
}

}  // namespace sinew::apps
