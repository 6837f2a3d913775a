#include "deploy/verify/verify.h"

#include <fmt/format.h>

#include <memory>

#include "apps/common/subject.h"
#include "apps/learn/commands.h"
#include "core/error.h"
#include "deploy/export/export.h"
#include "training/evaluation/evaluation.h"

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

void AddVerifyCommand(CommandLine& program) {
  Command command = program.Add("verify");
  auto arguments = std::make_shared<VerifyArguments>();
  deploy::VerifyOptions& options = arguments->options;
  options.seed = training::kEvaluationSeed;
  command.Argument("folder", &arguments->folder, "made by sinew export; its code is run")
      .Required();
  command.Value("--episodes", &options.episodes, "episodes driven in closed loop")
      .Between(1, 100000)
      .ShowDefault();
  command.Value("--seed", &options.seed, "start states").ShowDefault();
  command.Value("--compiler", &options.compiler, "C compiler").ShowDefault();
  command.Value("--onnxruntime", &options.onnxruntime,
                "ONNX Runtime's library (default: $SINEW_ONNXRUNTIME, or where the linker "
                "finds it)");
  command
      .Value("--tolerance", &options.tolerance,
             "largest error of a torque in float, of the joint's limit")
      .Between(0.0, 1.0)
      .ShowDefault();
  command
      .Value("--state-tolerance", &options.state_tolerance,
             "the same of a policy that remembers, whose roundings add up over an episode")
      .Between(0.0, 1.0)
      .ShowDefault();
  command
      .Value("--return-tolerance", &options.return_tolerance,
             "largest difference of the mean return, relative")
      .Between(0.0, 1.0)
      .ShowDefault();
  command.Flag("--json", &arguments->json, "one JSON document on stdout");
  command.Action([arguments] { Verify(*arguments); });
}

}  // namespace sinew::apps
