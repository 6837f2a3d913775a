#include "deploy/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/names.h"
#include "deploy/c_fixed.h"
#include "deploy/c_header.h"
#include "deploy/c_text.h"
#include "deploy/export_readme.h"
#include "deploy/onnx_export.h"
#include "deploy/torchscript.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "sinew-export-2";
// beside a C header, for the target machine; the whole set lies in golden.safetensors
constexpr int kHeaderVectors = 500;

constexpr std::array kFormats{Format::kC, Format::kCInt16, Format::kOnnx, Format::kTorchScript,
                              Format::kSafetensors};

// a folder that is there whole or not at all
void FillFreshFolder(const fs::path& folder, const std::function<void()>& fill) {
  CreateFreshFolder(folder);
  try {
    fill();
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    throw;
  }
}

// Writes the files of one folder and keeps account of them.
class Exporter {
 public:
  Exporter(const models::PolicyArtifact& artifact, const GoldenVectors& golden, bool stochastic,
           fs::path folder)
      : artifact_(artifact), golden_(golden), folder_(std::move(folder)) {
    manifest_.contract = artifact.contract;
    manifest_.prefix = CIdentifier(artifact.contract.task);
    manifest_.policy_hash = models::PolicyHash(artifact);
    manifest_.stochastic = stochastic;
  }

  void Write(Format format) {
    switch (format) {
      case Format::kC:
        return WriteC(CHeader(artifact_, manifest_.prefix, manifest_.stochastic), format,
                      CostInC(artifact_, manifest_.stochastic));
      case Format::kCInt16: {
        const FixedPolicy policy = QuantizePolicy(artifact_, golden_);
        return WriteC(CFixedHeader(artifact_, policy, PrefixOf(manifest_, format)), format,
                      CostInFixedC(policy));
      }
      case Format::kOnnx:
        return WritePolicy(format, "policy.onnx", OnnxModel(artifact_, manifest_.stochastic));
      case Format::kTorchScript:
        return WritePolicy(format, "policy.pt", TorchScriptModel(artifact_, manifest_.stochastic));
      case Format::kSafetensors:
        models::SavePolicy(folder_ / "policy.safetensors", artifact_);
        return WritePolicy(format, "policy.safetensors", ReadFile(folder_ / "policy.safetensors"));
    }
  }

  void Finish() {
    SaveGolden(folder_ / "golden.safetensors", golden_, manifest_.policy_hash);
    WriteFileAtomically(folder_ / "README.md", ExportReadme(manifest_, costs_));
    if (!costs_.empty()) WriteFileAtomically(folder_ / "Makefile", ExportMakefile(manifest_));
    WriteFileAtomically(folder_ / "contract.json", ManifestJson());
  }

  const ExportManifest& manifest() const { return manifest_; }

 private:
  void WritePolicy(Format format, const std::string& name, const std::string& bytes) {
    WriteFileAtomically(folder_ / name, bytes);
    manifest_.files.push_back({format, name, HashHex(bytes)});
  }

  void WriteC(const std::string& header, Format format, const CCost& cost) {
    const std::string prefix = PrefixOf(manifest_, format);
    const bool sampled = manifest_.stochastic && format == Format::kC;
    GoldenVectors golden = Thinned(golden_, kHeaderVectors);
    if (!sampled && !golden.noise.empty()) {
      golden.noise.clear();
      FillReference(artifact_, &golden);
    }
    WritePolicy(format, prefix + "_policy.h", header);
    WriteFileAtomically(folder_ / (prefix + "_golden.h"), CGoldenHeader(golden, prefix));
    WriteFileAtomically(folder_ / (format == Format::kC ? "check.c" : "check_int16.c"),
                        CCheckProgram(prefix, ToleranceOf(format), sampled));
    costs_.emplace_back(format, cost);
  }

  std::string ManifestJson() const {
    Json json{{"format", kFormat},
              {"prefix", manifest_.prefix},
              {"policy_hash", manifest_.policy_hash},
              {"stochastic", manifest_.stochastic},
              {"files", Json::array()},
              {"cost", Json::object()},
              {"contract", Json::parse(models::ContractToJson(artifact_.contract))}};
    for (const ExportedFile& file : manifest_.files) {
      json["files"].push_back(
          {{"format", FormatName(file.format)}, {"name", file.name}, {"hash", file.hash}});
    }
    for (const auto& [format, cost] : costs_) {
      json["cost"][FormatName(format)] = {{"parameters", cost.parameters},
                                          {"flash_bytes", cost.flash_bytes},
                                          {"stack_bytes", cost.stack_bytes},
                                          {"macs", cost.macs}};
    }
    return json.dump(2) + "\n";
  }

  const models::PolicyArtifact& artifact_;
  const GoldenVectors& golden_;
  fs::path folder_;
  ExportManifest manifest_;
  std::vector<std::pair<Format, CCost>> costs_;
};

// text fields of a JSON object; empty where they are missing
std::string Text(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_string()
             ? json[key].get<std::string>()
             : "";
}

bool IsPrefix(const std::string& text) { return !text.empty() && CIdentifier(text) == text; }

// a file of the folder itself
bool IsFileName(const std::string& text) {
  return !text.empty() && text != ".." && text.find('/') == std::string::npos;
}

ExportedFile ReadFileEntry(const Json& json, const std::string& source) {
  const std::string format = Text(json, "format"), name = Text(json, "name");
  const auto found = std::ranges::find(kFormats, format, FormatName);
  if (found == kFormats.end() || !IsFileName(name)) {
    throw UserError(fmt::format("{}: the list of files is damaged", source));
  }
  return {*found, name, Text(json, "hash")};
}

}  // namespace

std::string FormatName(Format format) {
  switch (format) {
    case Format::kC:
      return "c";
    case Format::kCInt16:
      return "c-int16";
    case Format::kOnnx:
      return "onnx";
    case Format::kTorchScript:
      return "torchscript";
    case Format::kSafetensors:
      break;
  }
  return "safetensors";
}

std::vector<Format> ParseFormats(std::span<const std::string> names) {
  std::vector<std::string> known{"all"};
  for (const Format format : kFormats) known.push_back(FormatName(format));
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      throw UserError(UnknownName("format", name, known));
    }
  }
  std::vector<Format> formats;
  for (const Format format : kFormats) {
    const auto wanted = [format](const std::string& n) {
      return n == "all" || n == FormatName(format);
    };
    if (std::ranges::any_of(names, wanted)) formats.push_back(format);
  }
  return formats;
}

const ExportedFile* ExportManifest::Find(Format format) const {
  const auto found = std::ranges::find(files, format, &ExportedFile::format);
  return found == files.end() ? nullptr : &*found;
}

std::string PrefixOf(const ExportManifest& manifest, Format format) {
  return manifest.prefix + (format == Format::kCInt16 ? "_int16" : "");
}

double ToleranceOf(Format format) { return format == Format::kCInt16 ? 1e-2 : 1e-5; }

void CheckExportable(const models::PolicyArtifact& artifact, const ExportOptions& options) {
  models::CheckTrained(artifact.contract);
  models::CheckArtifact(artifact);
  if (options.stochastic && !artifact.gaussian) {
    throw UserError(fmt::format(
        "a policy of '{}' is deterministic: only those of sac, ppo, trpo and a2c can be sampled, "
        "and only from policy files that carry their deviations",
        artifact.contract.agent));
  }
}

ExportManifest ExportPolicy(const models::PolicyArtifact& artifact, const GoldenVectors& golden,
                            const ExportOptions& options, const fs::path& folder) {
  CheckExportable(artifact, options);
  Exporter exporter(artifact, golden, options.stochastic, folder);
  FillFreshFolder(folder, [&] {
    for (const Format format : options.formats) {
      if (format != Format::kSafetensors) exporter.Write(format);
    }
    exporter.Write(Format::kSafetensors);
    exporter.Finish();
  });
  return exporter.manifest();
}

ExportManifest ReadManifest(const fs::path& folder) {
  const fs::path path = folder / "contract.json";
  if (!fs::exists(path)) {
    throw UserError(fmt::format(
        "'{}' holds no contract.json: expected a folder made by 'sinew export'", folder.string()));
  }
  const Json json = Json::parse(ReadFile(path), nullptr, /*allow_exceptions=*/false);
  if (Text(json, "format") != kFormat || !IsPrefix(Text(json, "prefix")) ||
      !json.contains("contract") || !json.contains("files") || !json["files"].is_array() ||
      !json.contains("stochastic") || !json["stochastic"].is_boolean()) {
    throw UserError(
        fmt::format("{}: not the contract of an exported policy, or damaged", path.string()));
  }
  ExportManifest manifest;
  manifest.contract = models::ContractFromJson(json["contract"].dump(), path.string());
  manifest.prefix = Text(json, "prefix");
  manifest.policy_hash = Text(json, "policy_hash");
  manifest.stochastic = json["stochastic"].get<bool>();
  for (const Json& file : json["files"]) {
    manifest.files.push_back(ReadFileEntry(file, path.string()));
  }
  return manifest;
}

}  // namespace sinew::deploy
