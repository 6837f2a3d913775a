#include "deploy/verify/verify.h"

#include <fmt/format.h>

#include <memory>

#include "apps/common/command.h"
#include "apps/common/run_setup.h"
#include "core/error.h"
#include "deploy/export/export.h"
#include "training/trainer.h"

namespace sinew::apps {
namespace {

struct VerifyArguments {
  std::string folder;
  deploy::VerifyOptions options;
  bool json = false;
};

void Verify(const VerifyArguments& arguments) {
  const auto manifest = deploy::ReadManifest(arguments.folder);
  const auto report = deploy::Verify(
      arguments.folder, TaskOfContract(manifest.contract, arguments.folder), arguments.options);
  fmt::print("{}", arguments.json ? report.ToJson() + "\n" : report.ToString());
  if (!report.passed()) {
    throw Error(fmt::format("{} does not match its policy: {}", arguments.folder,
                            report.failures().front()));
  }
}

}  // namespace

void AddVerifyCommand(CLI::App& program) {
  auto* command = program.add_subcommand("verify", "hold exported files against their policy");
  auto arguments = std::make_shared<VerifyArguments>();
  deploy::VerifyOptions& options = arguments->options;
  options.seed = training::kEvaluationSeed;
  command->add_option("folder", arguments->folder, "made by sinew export; its code is run")
      ->required();
  command->add_option("--episodes", options.episodes, "episodes driven in closed loop")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--seed", options.seed, "start states")->capture_default_str();
  command->add_option("--compiler", options.compiler, "C compiler")->capture_default_str();
  command->add_option("--onnxruntime", options.onnxruntime,
                      "ONNX Runtime's library (default: $SINEW_ONNXRUNTIME, or where the linker "
                      "finds it)");
  command
      ->add_option("--tolerance", options.tolerance,
                   "largest error of a torque in float, of the joint's limit")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command
      ->add_option("--return-tolerance", options.return_tolerance,
                   "largest difference of the mean return, relative")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "one JSON document on stdout");
  command->callback([arguments] { Verify(*arguments); });
}

}  // namespace sinew::apps
