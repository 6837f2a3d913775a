#include <fmt/format.h>

#include <memory>

#include "apps/common/subject.h"
#include "apps/sim/commands.h"
#include "core/error.h"
#include "deploy/control/control_run.h"
#include "training/evaluation/evaluation.h"

namespace sinew::apps {
namespace {

struct ControllerArguments {
  std::string what, choice;
  deploy::ControlOptions options;
  double latency_ms = 0, max_age_ms = 0;
  bool json = false;
};

void RunController(const ControllerArguments& arguments) {
  const Subject subject = ResolveSubject(arguments.what, arguments.choice, 0);
  if (subject.policy_file.empty()) {
    throw UserError(
        fmt::format("'{}' is a task: name a run folder or a policy file", arguments.what));
  }
  deploy::ControlOptions options = arguments.options;
  options.latency = 1e-3 * arguments.latency_ms;
  options.max_age = 1e-3 * arguments.max_age_ms;
  const auto report = deploy::RunController(subject.policy_file, subject.task, options);
  fmt::print("{}", arguments.json ? report.ToJson() + "\n" : report.ToString());
}

}  // namespace

void AddRunControllerCommand(CommandLine& program) {
  Command command = program.Add("run-controller");
  auto arguments = std::make_shared<ControllerArguments>();
  deploy::ControlOptions& options = arguments->options;
  options.seed = training::kEvaluationSeed;
  command.Argument("run|policy", &arguments->what, "run folder or policy file").Required();
  command.Value("--policy", &arguments->choice, "final or best of a run (default: final)");
  command.Value("--rate", &options.rate, "of the loop [Hz]").ShowDefault();
  command.Value("--seconds", &options.seconds, "of real time").ShowDefault();
  command.Value("--transport", &options.transport, "shm or udp (loopback only)").ShowDefault();
  command.Value("--latency-ms", &arguments->latency_ms, "of every message, either way")
      .ShowDefault();
  command.Value("--loss", &options.loss, "probability that a message is lost, either way")
      .ShowDefault();
  command.Value("--soft-start", &options.soft_start, "from zero to full torque [s]").ShowDefault();
  command
      .Value("--max-age-ms", &arguments->max_age_ms,
             "of an observation before the gate damps; 0: three control periods")
      .ShowDefault();
  command.Value("--seed", &options.seed, "start states and losses").ShowDefault();
  command.Flag("--json", &arguments->json, "one JSON document on stdout");
  command.Action([arguments] { RunController(*arguments); });
}

}  // namespace sinew::apps
