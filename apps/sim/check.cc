#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "apps/common/command.h"
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

void AddCheckCommand(CLI::App& program) {
  auto* command = program.add_subcommand("check", "see whether a task or a model is sound");
  auto arguments = std::make_shared<CheckArguments>();
  command
      ->add_option("task|file", arguments->what,
                   "task (see: sinew tasks), task file (*.toml) or model (*.xml)")
      ->required();
  command->add_option("--episodes", arguments->options.episodes, "start states tried")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--seed", arguments->options.seed, "start states")->capture_default_str();
  command->add_flag("--json", arguments->json, "one JSON document on stdout");
  command->callback([arguments] { Check(*arguments); });
}

}  // namespace sinew::apps
