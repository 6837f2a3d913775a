#include "deploy/verify.h"

#include <fmt/format.h>

#include <memory>

#include "apps/command.h"
#include "apps/run_setup.h"
#include "core/error.h"
#include "deploy/export_c.h"
#include "training/trainer.h"

namespace sinew::apps {
namespace {

struct VerifyArguments {
  std::string folder;
  deploy::VerifyOptions options;
  bool json = false;
};

void Verify(const VerifyArguments& arguments) {
  const auto exported = deploy::ReadExportedContract(arguments.folder);
  const auto report =
      deploy::VerifyC(arguments.folder, TaskOfContract(exported.contract), arguments.options);
  fmt::print("{}", arguments.json ? report.ToJson() + "\n" : report.ToString());
  if (!report.passed()) {
    throw Error(
        fmt::format("{} does not match its policy: {}", arguments.folder, report.failures.front()));
  }
}

}  // namespace

void AddVerifyCommand(CLI::App& program) {
  auto* command =
      program.add_subcommand("verify", "hold an exported controller against its policy");
  auto arguments = std::make_shared<VerifyArguments>();
  arguments->options.seed = training::kEvaluationSeed;
  command->add_option("folder", arguments->folder, "made by sinew export; its code is run")
      ->required();
  command->add_option("--episodes", arguments->options.episodes, "episodes driven in closed loop")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--seed", arguments->options.seed, "start states")->capture_default_str();
  command->add_option("--compiler", arguments->options.compiler, "C compiler")
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "one JSON document on stdout");
  command->callback([arguments] { Verify(*arguments); });
}

}  // namespace sinew::apps
