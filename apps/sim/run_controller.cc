#include <fmt/format.h>

#include <memory>

#include "apps/common/command.h"
#include "apps/common/run_setup.h"
#include "core/error.h"
#include "deploy/control/control_run.h"
#include "training/trainer.h"

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

void AddRunControllerCommand(CLI::App& program) {
  auto* command = program.add_subcommand(
      "run-controller", "drive a simulated robot in another process from a real-time loop");
  auto arguments = std::make_shared<ControllerArguments>();
  deploy::ControlOptions& options = arguments->options;
  options.seed = training::kEvaluationSeed;
  command->add_option("run|policy", arguments->what, "run folder or policy file")->required();
  command->add_option("--policy", arguments->choice, "final or best of a run (default: final)");
  command->add_option("--rate", options.rate, "of the loop [Hz]")->capture_default_str();
  command->add_option("--seconds", options.seconds, "of real time")->capture_default_str();
  command->add_option("--transport", options.transport, "shm or udp (loopback only)")
      ->capture_default_str();
  command->add_option("--latency-ms", arguments->latency_ms, "of every message, either way")
      ->capture_default_str();
  command->add_option("--loss", options.loss, "probability that a message is lost, either way")
      ->capture_default_str();
  command->add_option("--soft-start", options.soft_start, "from zero to full torque [s]")
      ->capture_default_str();
  command
      ->add_option("--max-age-ms", arguments->max_age_ms,
                   "of an observation before the gate damps; 0: three control periods")
      ->capture_default_str();
  command->add_option("--seed", options.seed, "start states and losses")->capture_default_str();
  command->add_flag("--json", arguments->json, "one JSON document on stdout");
  command->callback([arguments] { RunController(*arguments); });
}

}  // namespace sinew::apps
