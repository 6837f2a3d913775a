#include "deploy/export/export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "apps/common/subject.h"
#include "apps/learn/commands.h"
#include "core/error.h"
#include "policy/policy_file.h"

namespace sinew::apps {
namespace {

struct ExportArguments {
  std::string what, choice, out;
  std::vector<std::string> formats{"c"};
  deploy::GoldenOptions golden;
};

// of all formats, those that cannot have this policy, each with a line
void LeaveOut(const policy::PolicyGraph& graph, std::vector<deploy::Format>* formats) {
  std::erase_if(*formats, [&](deploy::Format format) {
    try {
      deploy::CheckFormat(graph, format);
      return false;
    } catch (const UserError& refusal) {
      fmt::print("{:<12} left out: {}\n", deploy::FormatName(format), refusal.what());
      return true;
    }
  });
}

void Export(const ExportArguments& arguments) {
  deploy::ExportOptions options;
  options.formats = deploy::ParseFormats(arguments.formats);
  options.stochastic = arguments.golden.stochastic;
  const Subject subject = ResolveSubject(arguments.what, arguments.choice, 0);
  if (subject.policy_file.empty()) {
    throw UserError(fmt::format("'{}' is a task: name a run folder or a policy file to export",
                                arguments.what));
  }
  const policy::PolicyGraph& graph = *subject.graph;
  if (std::ranges::count(arguments.formats, "all") > 0) LeaveOut(graph, &options.formats);
  deploy::CheckExportable(graph, options);
  const auto golden = deploy::MakeGoldenVectors(graph, subject.task, arguments.golden);
  const auto manifest = deploy::ExportPolicy(graph, golden, options, arguments.out);
  for (const deploy::ExportedFile& file : manifest.files) {
    fmt::print("{:<12} {}\n", deploy::FormatName(file.format),
               (std::filesystem::path(arguments.out) / file.name).string());
  }
  fmt::print("policy {}, {} golden vectors; verify with: sinew verify {}\n", manifest.policy_hash,
             golden.size(), arguments.out);
}

}  // namespace

void AddExportCommand(CommandLine& program) {
  Command command = program.Add("export");
  auto arguments = std::make_shared<ExportArguments>();
  command.Argument("run|policy", &arguments->what, "run folder or policy file").Required();
  command.Value("--policy", &arguments->choice, "final or best of a run (default: final)");
  command
      .Value("--format", &arguments->formats,
             "c, c-int16, onnx, torchscript, safetensors or all; several by commas")
      .SplitAtCommas()
      .ShowDefault("c");
  command.Value("--out", &arguments->out, "folder to make").Required();
  command.Flag(
      "--stochastic", &arguments->golden.stochastic,
      "actions sampled by noise that the caller gives (of policies with a stochastic head)");
  command
      .Value("--vectors", &arguments->golden.vectors,
             "golden vectors: what the policy does in its own episodes")
      .Between(1, 1000000)
      .ShowDefault();
  command.Action([arguments] { Export(*arguments); });
}

}  // namespace sinew::apps
