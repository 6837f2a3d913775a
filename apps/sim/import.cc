#include "robots/import.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/sim/commands.h"
#include "core/error.h"

namespace sinew::apps {
namespace {

using robots::Report;

struct ImportArguments {
  robots::ImportOptions options;
  std::vector<std::string> packages;
  bool fixed = false, floating = false, json = false;
};

std::pair<std::string, std::string> SplitPackage(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == text.npos || equals + 1 == text.size())
    throw UserError(fmt::format("--package {}: NAME=FOLDER is meant", text));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

nlohmann::ordered_json ToJson(const robots::ImportResult& result) {
  return {{"model", result.model.string()},
          {"task", result.task.string()},
          {"report", result.report_file.string()},
          {"base", result.floating ? "floating" : "fixed"},
          {"goal", result.goal},
          {result.goal == "stand" ? "root" : "end_effector", result.end_effector},
          {"guessed", result.report.Lines(Report::Kind::kGuessed)},
          {"exact", result.report.Lines(Report::Kind::kExact)},
          {"inexact", result.report.Lines(Report::Kind::kInexact)}};
}

void Print(const robots::ImportResult& result) {
  for (const std::string& line : result.report.Lines(Report::Kind::kGuessed))
    fmt::print("guessed  {}\n", line);
  for (const std::string& line : result.report.Lines(Report::Kind::kInexact))
    fmt::print("inexact  {}\n", line);
  fmt::print("{} exact changes, in {}\n", result.report.Lines(Report::Kind::kExact).size(),
             result.report_file.string());
  fmt::print("next: sinew check {0}; sinew train {0}\n", result.task.string());
}

void Import(const ImportArguments& arguments) {
  robots::ImportOptions options = arguments.options;
  using Base = robots::BaseKind;
  if (arguments.fixed) options.base = Base::kFixed;
  if (arguments.floating) options.base = Base::kFloating;
  for (const std::string& package : arguments.packages)
    options.packages.insert(SplitPackage(package));
  const robots::ImportResult result = robots::ImportRobot(options);
  if (arguments.json)
    fmt::print("{}\n", ToJson(result).dump(2));
  else
    Print(result);
}

}  // namespace

void AddImportCommand(CommandLine& program) {
  Command command = program.Add("import");
  auto arguments = std::make_shared<ImportArguments>();
  robots::ImportOptions& options = arguments->options;
  command.Argument("file", &options.file, "robot (*.urdf, *.xml)").Required();
  command.Value("--out", &options.out, "fresh folder for model.xml, task.toml, report.md")
      .Required();
  command.Value("--attach", &options.attach,
                "FILE@BODY_OR_SITE: hang another MJCF there, a gripper");
  Option fixed = command.Flag("--fixed-base", &arguments->fixed, "the base does not move");
  command.Flag("--floating-base", &arguments->floating, "the base moves freely").Excludes(fixed);
  command.Value("--end-effector", &options.end_effector,
                "site or body that is to reach (a guess without it)");
  command
      .Value("--package", &arguments->packages,
             "NAME=FOLDER of a ROS package that package:// names; repeatable")
      .Repeatable();
  command.Flag("--allow-outside", &options.allow_outside,
               "read files outside of the model's folder as well");
  command.Flag("--json", &arguments->json, "one JSON document on stdout");
  command.Action([arguments] { Import(*arguments); });
}

}  // namespace sinew::apps
