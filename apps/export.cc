#include <fmt/format.h>

#include <memory>

#include "apps/command.h"
#include "apps/run_setup.h"
#include "core/error.h"
#include "core/names.h"
#include "deploy/export_c.h"
#include "models/policy_file.h"

namespace sinew::apps {
namespace {

struct ExportArguments {
  std::string what, choice, format = "c", out;
  deploy::GoldenOptions golden;
};

void ExportC(const Subject& subject, const ExportArguments& arguments) {
  const models::PolicyArtifact artifact = models::LoadPolicy(subject.policy_file);
  const auto golden = deploy::MakeGoldenVectors(artifact, subject.task, arguments.golden);
  const deploy::CExport made = deploy::ExportC(artifact, golden, arguments.out);
  fmt::print(
      "{}: {} parameters, {} bytes of constants, {} bytes of stack, {} multiply-adds a call\n",
      made.header.string(), made.cost.parameters, made.cost.flash_bytes, made.cost.stack_bytes,
      made.cost.macs);
  fmt::print("verify it with: sinew verify {}\n", made.folder.string());
}

void ExportSafetensors(const Subject& subject, const ExportArguments& arguments) {
  deploy::ExportSafetensors(models::LoadPolicy(subject.policy_file), arguments.out);
  fmt::print("{}\n", (std::filesystem::path(arguments.out) / "policy.safetensors").string());
}

struct Format {
  std::string name;
  void (*write)(const Subject&, const ExportArguments&);
};

const Format& FindFormat(const std::string& name) {
  static const std::vector<Format> kFormats{{"c", ExportC}, {"safetensors", ExportSafetensors}};
  std::vector<std::string> names;
  for (const Format& format : kFormats) {
    if (format.name == name) return format;
    names.push_back(format.name);
  }
  throw UserError(UnknownName("format", name, names));
}

void Export(const ExportArguments& arguments) {
  const Format& format = FindFormat(arguments.format);
  const Subject subject = ResolveSubject(arguments.what, arguments.choice, 0);
  if (subject.policy_file.empty()) {
    throw UserError(fmt::format("'{}' is a task: name a run folder or a policy file to export",
                                arguments.what));
  }
  format.write(subject, arguments);
}

}  // namespace

void AddExportCommand(CLI::App& program) {
  auto* command = program.add_subcommand("export", "turn a policy into code for a controller");
  auto arguments = std::make_shared<ExportArguments>();
  command->add_option("run|policy", arguments->what, "run folder or policy file")->required();
  command->add_option("--policy", arguments->choice, "final or best of a run (default: final)");
  command->add_option("--format", arguments->format, "c or safetensors")->capture_default_str();
  command->add_option("--out", arguments->out, "folder to make")->required();
  command->add_option("--vectors", arguments->golden.vectors, "golden vectors beside the C header")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->callback([arguments] { Export(*arguments); });
}

}  // namespace sinew::apps
