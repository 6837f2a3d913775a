#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <limits>
#include <string>
#include <vector>

#include "apps/common/command.h"
#include "core/error.h"
#include "core/names.h"
#include "core/version.h"
#include "models/math_runtime.h"

namespace {

using namespace sinew;

constexpr const char* kExamples = R"(
Examples:
  sinew train reacher --seed 1                  into runs/reacher-ddpg-s1
  sinew eval runs/reacher-ddpg-s1 --episodes 100
  sinew watch runs/reacher-ddpg-s1              opens the viewer
  sinew record runs/reacher-ddpg-s1 --out reacher.mp4
  sinew plot runs/reacher-ddpg-s* --out curve.png
  sinew export runs/reacher-ddpg-s1 --format c --out controller
  sinew verify controller

Every command has its own --help. Exit codes: 0 done, 1 failed, 2 a mistake in what was asked for.)";

void AddCommands(CLI::App& program, const apps::Invocation& invocation) {
  apps::AddTrainCommand(program, invocation);
  apps::AddResumeCommand(program, invocation);
  apps::AddEvalCommand(program);
  apps::AddPlotCommand(program);
  apps::AddResultsCommand(program);
  apps::AddSweepCommand(program);
  apps::AddWatchCommand(program);
  apps::AddRecordCommand(program);
  apps::AddReplayCommand(program);
  apps::AddRolloutCommand(program);
  apps::AddExportCommand(program);
  apps::AddVerifyCommand(program);
  apps::AddRunControllerCommand(program);
  apps::AddTasksCommand(program);
  apps::AddAgentsCommand(program);
  apps::AddBenchCommand(program);
  apps::AddCheckCommand(program);
}

// Whole numbers in their range; CLI11 alone takes -1 for the largest seed, and names its limits in
// three hundred digits.
CLI::Validator WholeNumber(uint64_t low, uint64_t high) {
  return {[low, high](std::string& text) -> std::string {
            uint64_t value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            const bool whole = error == std::errc() && end == text.data() + text.size();
            if (whole && value >= low && value <= high) return "";
            return fmt::format("{} is no whole number from {} to {}", text, low, high);
          },
          ""};
}

void CheckNumbers(CLI::App& program) {
  constexpr uint64_t kMostSteps = 1'000'000'000'000;  // as train.steps
  for (CLI::App* command : program.get_subcommands({})) {
    if (CLI::Option* seed = command->get_option_no_throw("--seed"))
      seed->check(WholeNumber(0, std::numeric_limits<uint64_t>::max()));
    if (CLI::Option* steps = command->get_option_no_throw("--steps"))
      steps->check(WholeNumber(1, kMostSteps));
  }
}

// where each command stands in the program's help
void GroupCommands(CLI::App& program) {
  struct Group {
    const char* title;
    std::vector<const char*> commands;
  };
  const Group groups[] = {{"Learn", {"train", "resume", "sweep", "eval", "plot", "results"}},
                          {"Look", {"watch", "record", "replay", "rollout"}},
                          {"Deploy", {"export", "verify", "run-controller"}},
                          {"Know", {"tasks", "agents", "check", "bench"}}};
  for (const Group& group : groups) {
    for (const char* command : group.commands) program.get_subcommand(command)->group(group.title);
  }
}

std::vector<std::string> LongOptions(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

[[noreturn]] void ThrowUnexpected(const std::string& argument, const CLI::App& command) {
  const std::string name = argument.substr(0, argument.find('='));
  if (!name.starts_with("--")) throw UserError(fmt::format("unexpected argument '{}'", argument));
  throw UserError(UnknownName("option", name, LongOptions(command)));
}

// CLI11 would only say that a subcommand is missing
void CheckFirstArgument(const CLI::App& program, const std::string& argument) {
  if (argument.starts_with("--")) {
    const auto options = LongOptions(program);
    if (std::ranges::find(options, argument) == options.end()) ThrowUnexpected(argument, program);
  }
  if (argument.starts_with("-")) return;
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  if (std::ranges::find(names, argument) == names.end()) {
    throw UserError(UnknownName("command", argument, names));
  }
}

// what CLI11 complains about, with the nearest name or the place where more is said
[[noreturn]] void ThrowMistake(const CLI::App& program, const CLI::ParseError& error) {
  const auto commands = program.get_subcommands();
  for (const CLI::App* command : commands) {
    for (const std::string& argument : command->remaining()) ThrowUnexpected(argument, *command);
  }
  const std::string name = commands.empty() ? "" : commands.front()->get_name() + " ";
  throw UserError(fmt::format("{} (see: sinew {}--help)", error.what(), name));
}

/// @throws UserError for what was asked wrongly, other exceptions for what failed.
int Run(int argc, char** argv) {
  CLI::App program{"Sinew: trains, shows and exports torque policies for MuJoCo robots.", "sinew"};
  program.set_version_flag("--version",
                           fmt::format("sinew {} ({}, {})", Version(), Commit(), BuildType()));
  program.require_subcommand(1);
  program.footer(kExamples);
  AddCommands(program, {argc, argv});
  CheckNumbers(program);
  GroupCommands(program);
  if (argc < 2) {
    fmt::print(stderr, "{}", program.help());
    return 2;
  }
  CheckFirstArgument(program, argv[1]);
  models::UseOneMathThread();
  try {
    program.parse(argc, argv);
    // what stands in a buffer may not have found room on the disk
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      throw Error(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
    ThrowMistake(program, error);
  }
}

int Fail(const std::exception& error, int exit_code) {
  fmt::print(stderr, "sinew: {}\n", OneLine(error.what()));
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(argc, argv);
  } catch (const UserError& error) {
    return Fail(error, 2);
  } catch (const std::exception& error) {
    return Fail(error, 1);
  }
}
