#include "deploy/verify/verify_backends.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>

#include "core/error.h"
#include "core/files.h"
#include "deploy/c/compiled_policy.h"
#include "deploy/onnx/onnx_export.h"
#include "deploy/onnx/onnx_graph.h"
#include "deploy/onnx/onnx_runtime.h"
#include "deploy/torchscript/torchscript_process.h"

namespace sinew::deploy {
namespace {

// Collects the back ends of one folder.
class Loader {
 public:
  Loader(const VerifySubject& subject, const VerifyOptions& options,
         std::vector<std::string>* folder_failures)
      : subject_(subject), options_(options), folder_failures_(*folder_failures) {}

  void LoadC(const ExportedFile& file) {
    const std::string prefix = PrefixOf(subject_.manifest, file.format);
    const bool fixed = file.format == Format::kCInt16;
    for (const char* optimization : {"-O2", "-Os"}) {
      const CompilerOptions compiler{options_.compiler, optimization,
                                     subject_.manifest.stochastic && !fixed,
                                     policy::HasState(subject_.artifact)};
      auto compiled = std::make_shared<CompiledPolicy>(subject_.folder, prefix, compiler);
      const int obs_dim = compiled->obs_dim(), act_dim = compiled->act_dim();
      if (obs_dim != ObsDim() || act_dim != ActDim()) {
        throw UserError(
            fmt::format("'{}': the header maps {} values to {}, the policy file {} to "
                        "{}",
                        subject_.folder.string(), obs_dim, act_dim, ObsDim(), ActDim()));
      }
      CompareHash(file, compiled->policy_hash());
      Candidate& candidate = Add(fmt::format("{} {}", FormatName(file.format), optimization),
                                 fixed ? options_.fixed_tolerance : FloatTolerance());
      candidate.backend = std::move(compiled);
      candidate.stochastic = compiler.stochastic;
      const std::string complaint =
          RunCheckProgram(subject_.folder, fixed ? "check_int16.c" : "check.c", compiler);
      if (!complaint.empty()) candidate.report.failures.push_back(complaint);
    }
  }

  void LoadOnnx(const ExportedFile& file) {
    const std::filesystem::path path = subject_.folder / file.name;
    const std::string bytes = ReadFile(path);
    OnnxGraph graph = OnnxGraph::Parse(bytes, path.string());
    const auto entry = [&graph](const char* key) {
      const auto found = graph.metadata().find(key);
      return found == graph.metadata().end() ? std::string() : found->second;
    };
    CompareHash(file, entry(kPolicyHashEntry));
    CompareContract(file, entry(kContractEntry));
    Candidate& interpreter = Add("onnx interpreter", FloatTolerance());
    interpreter.backend = MakeOnnxInterpreter(std::move(graph), InitialState());
    const std::filesystem::path library = FindOnnxRuntime(options_.onnxruntime);
    Candidate& runtime = Add("onnxruntime", FloatTolerance());
    if (library.empty()) {
      runtime.report.skipped = "not installed; name its library with --onnxruntime";
      return;
    }
    runtime.backend = MakeOnnxRuntimeBackend(library, bytes, ObsDim(), ActDim(),
                                             subject_.manifest.stochastic, InitialState());
    runtime.report.name = runtime.backend->name();
  }

  void LoadTorchScript(const ExportedFile& file) {
    Candidate& candidate = Add("torchscript", FloatTolerance());
    const std::filesystem::path runner =
        options_.torchscript_runner.empty() ? FindTorchScriptRunner() : options_.torchscript_runner;
    if (runner.empty()) {
      candidate.report.skipped = "sinew-torchscript is not beside this program";
      return;
    }
    auto process = std::make_shared<TorchScriptProcess>(
        runner, subject_.folder / file.name, ObsDim(), ActDim(), subject_.manifest.stochastic,
        policy::HasState(subject_.artifact));
    CompareHash(file, process->policy_hash());
    CompareContract(file, process->contract());
    candidate.backend = std::move(process);
  }

  std::vector<Candidate> Take() { return std::move(candidates_); }

 private:
  int ObsDim() const { return static_cast<int>(subject_.artifact.contract.observation.size()); }
  std::vector<float> InitialState() const { return policy::InitialState(subject_.artifact); }
  int ActDim() const { return static_cast<int>(subject_.artifact.contract.action.size()); }

  double FloatTolerance() const {
    return policy::HasState(subject_.artifact) ? options_.state_tolerance : options_.tolerance;
  }

  Candidate& Add(const std::string& name, double tolerance) {
    Candidate candidate;
    candidate.report.name = name;
    candidate.report.tolerance = tolerance;
    candidate.stochastic = subject_.manifest.stochastic;
    candidates_.push_back(std::move(candidate));
    return candidates_.back();
  }

  void CompareHash(const ExportedFile& file, const std::string& hash) {
    if (hash == subject_.manifest.policy_hash) return;
    AddFailure(fmt::format("{} was made from policy {}, contract.json says {}", file.name,
                           hash.empty() ? "unknown" : hash, subject_.manifest.policy_hash));
  }

  void CompareContract(const ExportedFile& file, const std::string& json) {
    const auto inside = spec::ContractFromJson(json, (subject_.folder / file.name).string());
    const auto differences = spec::ContractDifferences(inside, subject_.artifact.contract);
    if (differences.empty()) return;
    AddFailure(fmt::format("the contract in {} is not the policy file's: {}", file.name,
                           fmt::join(differences, "; ")));
  }

  // a file may be loaded twice
  void AddFailure(const std::string& failure) {
    if (folder_failures_.empty() || folder_failures_.back() != failure) {
      folder_failures_.push_back(failure);
    }
  }

  const VerifySubject& subject_;
  const VerifyOptions& options_;
  std::vector<std::string>& folder_failures_;
  std::vector<Candidate> candidates_;
};

}  // namespace

std::vector<Candidate> LoadBackends(const VerifySubject& subject, const VerifyOptions& options,
                                    std::vector<std::string>* folder_failures) {
  Loader loader(subject, options, folder_failures);
  for (const ExportedFile& file : subject.manifest.files) {
    switch (file.format) {
      case Format::kC:
      case Format::kCInt16:
        loader.LoadC(file);
        break;
      case Format::kOnnx:
        loader.LoadOnnx(file);
        break;
      case Format::kTorchScript:
        loader.LoadTorchScript(file);
        break;
      case Format::kSafetensors:
        break;  // what the others are held against
    }
  }
  return loader.Take();
}

}  // namespace sinew::deploy
