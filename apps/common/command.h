#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

// The parser behind it takes long to compile: only command.cc sees it.
namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sinew::apps {

/// What the whole program was called with.
struct Invocation {
  int argc = 0;
  char** argv = nullptr;
};

/// Where a value from the command line goes. What stands there before is the default.
using Target = std::variant<std::string*, std::filesystem::path*, int*, int64_t*, uint64_t*,
                            double*, std::vector<std::string>*, std::vector<int>*>;

/// One option of a command; each function adds to what it asks for and gives it back.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option& Required();
  /// The default stands in the help, as it is or in other words.
  Option& ShowDefault();
  Option& ShowDefault(const std::string& text);
  /// Refuses values outside the closed range.
  Option& Between(int low, int high);
  Option& Between(double low, double high);
  /// Refuses zero and less.
  Option& Positive();
  Option& OneOf(const std::vector<std::string>& values);
  /// A list may be written as one word, with commas.
  Option& SplitAtCommas();
  /// A list takes one value each time the option is given.
  Option& Repeatable();
  /// Refuses both together.
  Option& Excludes(const Option& other);

 private:
  CLI::Option* option_;
};

/// A subcommand: what it takes from the command line, and what it does.
class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  /// What stands at a place of its own, without dashes; `name` stands for it in the help.
  Option Argument(const std::string& name, Target target, const std::string& help);
  /// @param names  "--seed", or several by commas.
  Option Value(const std::string& names, Target target, const std::string& help);
  /// @param names  "--json"; "!--no-shadows" sets it to false.
  Option Flag(const std::string& names, bool* target, const std::string& help);
  /// What the help ends with, made when somebody asks for it.
  void Footer(std::function<std::string()> text);
  /// What it does once all targets are set; it throws sinew::Error where it fails.
  void Action(std::function<void()> action);

 private:
  CLI::App* app_;
};

/// The command line of one of the programs that make up `sinew`.
class CommandLine {
 public:
  /// @param program  as the table of commands calls it.
  CommandLine(std::string program, const Invocation& invocation);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// A command of this program, with group and summary from the table.
  /// @throws Error if the table has none of this name for this program.
  Command Add(const std::string& name);
  const Invocation& invocation() const { return invocation_; }

  /// Reads the invocation and runs the command that it names. @return the exit code.
  /// @throws UserError for what was asked wrongly, and what the command throws.
  int Run();

 private:
  std::string program_;
  Invocation invocation_;
  std::unique_ptr<CLI::App> app_;
};

}  // namespace sinew::apps
