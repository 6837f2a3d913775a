#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/common/child_processes.h"
#include "apps/learn/commands.h"
#include "apps/learn/run_setup.h"
#include "core/error.h"
#include "core/files.h"
#include "models/kernels/math_runtime.h"
#include "tasks/file/task_file.h"
#include "training/run/interrupt.h"
#include "training/trainer.h"

namespace sinew::apps {
namespace {

struct TrainArguments {
  std::string task, agent, preset, config_file, out;
  std::vector<std::string> assignments;
  uint64_t seed = 1;
  int64_t steps = 0;
  bool quiet = false, print_config = false, watch = false;
};

// @throws Error where the run was stopped, or its policy is of no use
void Report(const training::TrainSummary& summary, const training::RunFolder& folder,
            const spec::TaskSpec& task) {
  const std::string root = folder.root().string();
  if (summary.interrupted) {
    throw Error(
        fmt::format("stopped at step {}; go on with: sinew resume {}", summary.env_steps, root));
  }
  fmt::print("{} steps, {} updates in {:.1f} s: {}\n", summary.env_steps, summary.updates,
             summary.wall_seconds, summary.evaluation.Summary());
  for (const auto& [name, mean] : summary.baselines)
    fmt::print("for comparison, {}: return {:.2f}\n", name, mean);
  fmt::print("policy: {}\n", folder.final_policy().string());
  for (const std::string& line : training::ThingsToKnow(summary, task))
    fmt::print(stderr, "warning: {}\n", line);
  if (!summary.evaluation.all_diverged()) return;
  throw Error(
      fmt::format("all {} episodes of the final evaluation diverged: the policy is of no use",
                  summary.evaluation.episodes.size()));
}

// "my_arm" of "robots/my_arm.toml"; a registered task's own name
std::string TaskStem(const std::string& task) {
  return tasks::IsTaskFile(task) ? std::filesystem::path(task).stem().string() : task;
}

training::TrainHooks MakeHooks(const Invocation& invocation, const training::InterruptGuard& guard,
                               bool quiet) {
  training::TrainHooks hooks;
  hooks.stop_requested = hooks.stop_evaluation = [&guard] { return guard.Requested(); };
  hooks.quiet = quiet;
  hooks.command_line = training::CommandLine(invocation.argc, invocation.argv);
  hooks.libraries = LibraryVersions();
  hooks.blas = models::BlasName();
  return hooks;
}

// The viewer as a process of its own, which reads the run's folder: whatever becomes of it, the
// training goes on.
void OpenViewer(const std::string& root) {
  if (!SINEW_VIEWER_WINDOW) throw UserError("--watch: this build has no viewer");
  if (!StartBeside({"watch", root, "--follow"})) {
    fmt::print(stderr, "the viewer could not be started; open it with: sinew watch {} --follow\n",
               root);
  }
}

void Train(TrainArguments arguments, const Invocation& invocation) {
  if (arguments.agent.empty()) arguments.agent = DefaultAgent(arguments.task, arguments.preset);
  auto assignments = arguments.assignments;
  if (arguments.steps > 0) assignments.push_back(fmt::format("train.steps={}", arguments.steps));
  const auto run = MakeRunConfig({arguments.task, arguments.agent, arguments.seed, arguments.preset,
                                  arguments.config_file, assignments});
  if (arguments.print_config) {
    fmt::print("{}", run->config().ToToml());
    return;
  }
  // what the options contradict is found before a folder is made
  const auto task = run->BuildTask();
  const auto settings = run->BuildAgent(*task)->DerivedSettings();
  run->BuildCurriculum(task);
  const std::string out =
      arguments.out.empty()
          ? fmt::format("runs/{}-{}-s{}", TaskStem(arguments.task), arguments.agent, arguments.seed)
          : arguments.out;
  const auto folder = training::RunFolder::Create(out);
  if (tasks::IsTaskFile(arguments.task))
    WriteFileAtomically(folder.root() / "task.toml", ReadFile(arguments.task));
  if (!arguments.quiet)
    fmt::print(stderr, "{} with {} into {} ({})\n", arguments.task, arguments.agent, out,
               models::BlasName());
  if (const auto missing = MissingMemory(*run); !missing.empty())
    fmt::print(stderr, "note: {}\n", missing);
  for (const std::string& line : settings) {
    if (!arguments.quiet) fmt::print(stderr, "derived: {}\n", line);
  }
  const training::InterruptGuard guard;
  if (arguments.watch) OpenViewer(out);
  Report(training::Train(*run, folder, MakeHooks(invocation, guard, arguments.quiet)), folder,
         task->spec());
}

void Resume(const std::string& root, bool quiet, const Invocation& invocation) {
  const auto folder = training::RunFolder::Open(root);
  const auto run = LoadRunConfig(folder);
  const training::InterruptGuard guard;
  Report(training::Resume(*run, folder, MakeHooks(invocation, guard, quiet)), folder,
         run->BuildTask()->spec());
}

// every setting with its default, range and meaning, for the agent and the task as far as they are
// named
std::string SettingsHelp(TrainArguments arguments) {
  if (arguments.agent.empty()) arguments.agent = DefaultAgent(arguments.task, arguments.preset);
  const training::RunConfig::TaskHooks no_task{[](OptionTable&) {}, nullptr};
  const auto run =
      arguments.task.empty()
          ? std::make_unique<training::RunConfig>("", no_task, arguments.agent, arguments.seed)
          : MakeRunConfig({arguments.task, arguments.agent, arguments.seed});
  return fmt::format(
      "\nSettings of --set and --config, for the agent {}{} (presets may differ: "
      "--print-config):\n{}",
      arguments.agent,
      arguments.task.empty() ? "; name a task to see its own" : " on " + arguments.task,
      run->config().Help());
}

}  // namespace

void AddTrainCommand(CommandLine& program) {
  Command command = program.Add("train");
  auto arguments = std::make_shared<TrainArguments>();
  command.Argument("task", &arguments->task, "task (see: sinew tasks) or task file (*.toml)")
      .Required();
  command.Value(
      "--agent", &arguments->agent,
      "agent (see: sinew agents; default: ddpg with the task's preset, fsac for a task file "
      "without a section [agent])");
  command.Value("--seed", &arguments->seed, "every random stream follows from it").ShowDefault();
  command.Value("--steps", &arguments->steps, "environment steps (train.steps)");
  command.Value("--preset", &arguments->preset,
                "named settings, e.g. paper (default: the task's own)");
  command.Value("--config", &arguments->config_file, "TOML file with settings");
  command
      .Value("--set", &arguments->assignments, "one setting, e.g. agent.actor_lr=1e-4; repeatable")
      .Repeatable();
  command.Value("--out", &arguments->out, "run folder (default: runs/<task>-<agent>-s<seed>)");
  command.Flag("--watch", &arguments->watch,
               "open the viewer on the running training; closing it stops nothing");
  command.Flag("--quiet", &arguments->quiet, "no progress");
  command.Flag("--print-config", &arguments->print_config,
               "print the resolved settings with their meaning, and stop");
  command.Footer([arguments] { return SettingsHelp(*arguments); });
  command.Action([arguments, invocation = program.invocation()] { Train(*arguments, invocation); });
}

void AddResumeCommand(CommandLine& program) {
  Command command = program.Add("resume");
  auto root = std::make_shared<std::string>();
  auto quiet = std::make_shared<bool>(false);
  command.Argument("run", root.get(), "run folder").Required();
  command.Flag("--quiet", quiet.get(), "no progress");
  command.Action(
      [root, quiet, invocation = program.invocation()] { Resume(*root, *quiet, invocation); });
}

}  // namespace sinew::apps
