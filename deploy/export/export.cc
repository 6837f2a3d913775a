#include "deploy/export/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "deploy/base/c_text.h"
#include "deploy/c/c_fixed.h"
#include "deploy/c/c_header.h"
#include "deploy/export/export_readme.h"
#include "deploy/onnx/onnx_export.h"
#include "deploy/torchscript/torchscript.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// beside a C header, for the target machine; the whole set lies in golden.safetensors
constexpr int kHeaderVectors = 500;

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
  Exporter(const policy::PolicyGraph& graph, const GoldenVectors& golden, bool stochastic,
           fs::path folder)
      : graph_(graph), golden_(golden), folder_(std::move(folder)) {
    manifest_.contract = graph.contract;
    manifest_.prefix = CIdentifier(graph.contract.task);
    manifest_.policy_hash = policy::PolicyHash(graph);
    manifest_.stochastic = stochastic;
  }

  void Write(Format format) {
    switch (format) {
      case Format::kC:
        return WriteC(CHeader(graph_, manifest_.prefix, manifest_.stochastic), format,
                      CostInC(graph_, manifest_.stochastic));
      case Format::kCInt16: {
        const FixedPolicy policy = QuantizePolicy(graph_, golden_);
        return WriteC(CFixedHeader(graph_, policy, PrefixOf(manifest_, format)), format,
                      CostInFixedC(policy));
      }
      case Format::kOnnx:
        return WritePolicy(format, "policy.onnx", OnnxModel(graph_, manifest_.stochastic));
      case Format::kTorchScript:
        return WritePolicy(format, "policy.pt", TorchScriptModel(graph_, manifest_.stochastic));
      case Format::kSafetensors:
        policy::SavePolicy(folder_ / "policy.safetensors", graph_);
        return WritePolicy(format, "policy.safetensors", ReadFile(folder_ / "policy.safetensors"));
    }
  }

  void Finish() {
    SaveGolden(folder_ / "golden.safetensors", golden_, manifest_.policy_hash);
    WriteFileAtomically(folder_ / "README.md",
                        ExportReadme(manifest_, costs_, policy::StateSize(graph_)));
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
      FillReference(graph_, &golden);
    }
    WritePolicy(format, prefix + "_policy.h", header);
    WriteFileAtomically(folder_ / (prefix + "_golden.h"), CGoldenHeader(golden, prefix));
    WriteFileAtomically(
        folder_ / (format == Format::kC ? "check.c" : "check_int16.c"),
        CCheckProgram(prefix, ToleranceOf(format), sampled, policy::HasState(graph_)));
    costs_.emplace_back(format, cost);
  }

  std::string ManifestJson() const {
    Json json{{"format", kManifestFormat},
              {"prefix", manifest_.prefix},
              {"policy_hash", manifest_.policy_hash},
              {"stochastic", manifest_.stochastic},
              {"files", Json::array()},
              {"cost", Json::object()},
              {"contract", Json::parse(spec::ContractToJson(graph_.contract))}};
    for (const ExportedFile& file : manifest_.files) {
      json["files"].push_back(
          {{"format", FormatName(file.format)}, {"name", file.name}, {"hash", file.hash}});
    }
    for (const auto& [format, cost] : costs_) {
      json["cost"][FormatName(format)] = {{"parameters", cost.parameters},
                                          {"flash_bytes", cost.flash_bytes},
                                          {"stack_bytes", cost.stack_bytes},
                                          {"state_bytes", cost.state_bytes},
                                          {"macs", cost.macs}};
    }
    return json.dump(2) + "\n";
  }

  const policy::PolicyGraph& graph_;
  const GoldenVectors& golden_;
  fs::path folder_;
  ExportManifest manifest_;
  std::vector<std::pair<Format, CCost>> costs_;
};

}  // namespace

void CheckExportable(const policy::PolicyGraph& graph, const ExportOptions& options) {
  spec::CheckTrained(graph.contract);
  policy::CheckGraph(graph);
  if (options.stochastic && !policy::CanSample(graph)) {
    throw UserError(fmt::format(
        "the policy of '{}' is deterministic: its file carries no stochastic head to sample from",
        graph.contract.agent));
  }
  for (const Format format : options.formats) CheckFormat(graph, format);
}

void CheckFormat(const policy::PolicyGraph& graph, Format format) {
  if (format == Format::kCInt16) CheckQuantizable(graph);
}

ExportManifest ExportPolicy(const policy::PolicyGraph& graph, const GoldenVectors& golden,
                            const ExportOptions& options, const fs::path& folder) {
  CheckExportable(graph, options);
  Exporter exporter(graph, golden, options.stochastic, folder);
  FillFreshFolder(folder, [&] {
    for (const Format format : options.formats) {
      if (format != Format::kSafetensors) exporter.Write(format);
    }
    exporter.Write(Format::kSafetensors);
    exporter.Finish();
  });
  return exporter.manifest();
}

}  // namespace sinew::deploy
