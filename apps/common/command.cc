#include "apps/common/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <limits>
#include <utility>

#include "apps/common/command_table.h"
#include "core/error.h"
#include "core/names.h"
#include "core/version.h"

namespace sinew::apps {
namespace {

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

void CheckNumbers(CLI::App& app) {
  constexpr uint64_t kMostSteps = 1'000'000'000'000;  // as train.steps
  for (CLI::App* command : app.get_subcommands({})) {
    if (CLI::Option* seed = command->get_option_no_throw("--seed"))
      seed->check(WholeNumber(0, std::numeric_limits<uint64_t>::max()));
    if (CLI::Option* steps = command->get_option_no_throw("--steps"))
      steps->check(WholeNumber(1, kMostSteps));
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
  if (argument.starts_with("-") || FindCommand(argument)) return;
  std::vector<std::string> names;
  for (const CommandEntry& command : CommandTable()) names.emplace_back(command.name);
  throw UserError(UnknownName("command", argument, names));
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

}  // namespace

Option& Option::Required() {
  option_->required();
  return *this;
}

Option& Option::ShowDefault() {
  option_->capture_default_str();
  return *this;
}

Option& Option::ShowDefault(const std::string& text) {
  option_->default_str(text);
  return *this;
}

Option& Option::Between(int low, int high) {
  option_->check(CLI::Range(low, high));
  return *this;
}

Option& Option::Between(double low, double high) {
  option_->check(CLI::Range(low, high));
  return *this;
}

Option& Option::Positive() {
  option_->check(CLI::PositiveNumber);
  return *this;
}

Option& Option::OneOf(const std::vector<std::string>& values) {
  option_->check(CLI::IsMember(values));
  return *this;
}

Option& Option::SplitAtCommas() {
  option_->delimiter(',');
  return *this;
}

Option& Option::Repeatable() {
  option_->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return *this;
}

Option& Option::Excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

Option Command::Argument(const std::string& name, Target target, const std::string& help) {
  return Value(name, target, help);
}

Option Command::Value(const std::string& names, Target target, const std::string& help) {
  return Option(
      std::visit([&](auto* value) { return app_->add_option(names, *value, help); }, target));
}

Option Command::Flag(const std::string& names, bool* target, const std::string& help) {
  return Option(app_->add_flag(names, *target, help));
}

void Command::Footer(std::function<std::string()> text) { app_->footer(std::move(text)); }

void Command::Action(std::function<void()> action) { app_->callback(std::move(action)); }

CommandLine::CommandLine(std::string program, const Invocation& invocation)
    : program_(std::move(program)),
      invocation_(invocation),
      app_(std::make_unique<CLI::App>(
          "Sinew: trains, shows and exports torque policies for MuJoCo robots.", "sinew")) {
  app_->set_version_flag("--version",
                         fmt::format("sinew {} ({}, {})", Version(), Commit(), BuildType()));
  app_->require_subcommand(1);
  app_->footer(kExamples);
  // those of other programs too, so that the list is whole
  for (const CommandEntry& entry : CommandTable()) {
    app_->add_subcommand(std::string(entry.name), std::string(entry.summary))
        ->group(std::string(entry.group));
  }
}

CommandLine::~CommandLine() = default;

Command CommandLine::Add(const std::string& name) {
  const CommandEntry* entry = FindCommand(name);
  if (!entry || entry->program != program_)
    throw Error(fmt::format("the table of commands has no '{}' of {}", name, program_));
  return Command(app_->get_subcommand(name));
}

int CommandLine::Run() {
  CheckNumbers(*app_);
  if (invocation_.argc < 2) {
    fmt::print(stderr, "{}", app_->help());
    return 2;
  }
  CheckFirstArgument(*app_, invocation_.argv[1]);
  try {
    app_->parse(invocation_.argc, invocation_.argv);
    // what stands in a buffer may not have found room on the disk
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      throw Error(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app_->exit(error);  // --help, --version
    ThrowMistake(*app_, error);
  }
}

}  // namespace sinew::apps
