#include "bench/policy_bench.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "bench/temporary_folder.h"
#include "bench/timing.h"
#include "core/files.h"
#include "core/random.h"
#include "deploy/c/compiled_policy.h"
#include "deploy/export/export.h"
#include "deploy/onnx/onnx_runtime.h"
#include "deploy/torchscript/torchscript.h"

namespace sinew::bench {
namespace {

constexpr int kObs = 20, kAct = 7;

policy::DenseLayer RandomLayer(int inputs, int outputs, const std::string& activation,
                               Random* random) {
  policy::DenseLayer layer{inputs, outputs, {}, {}, activation};
  for (int i = 0; i < inputs * outputs; ++i) {
    layer.weight.push_back(static_cast<float>(random->Uniform(-0.1, 0.1)));
  }
  layer.bias.resize(outputs);
  return layer;
}

policy::PolicyGraph RandomGraph(int hidden) {
  Random random(1, "weights");
  spec::Contract contract;
  contract.task = "bench";
  contract.agent = "random";
  contract.control_dt = 0.02;
  contract.timestep = 0.002;
  contract.env_steps = 1;
  for (int i = 0; i < kObs; ++i) {
    contract.observation.push_back({fmt::format("x{}", i), "1", -1, 1});
  }
  for (int i = 0; i < kAct; ++i) contract.action.push_back({fmt::format("joint{}", i)});
  const std::vector<policy::DenseLayer> layers{RandomLayer(kObs, hidden, "relu", &random),
                                               RandomLayer(hidden, hidden, "relu", &random),
                                               RandomLayer(hidden, kAct, "tanh", &random)};
  return policy::GraphOf(contract,
                         {std::vector<float>(kObs), std::vector<float>(kObs, 1), 10, layers});
}

/// Every back end that there is, from one export.
std::vector<std::shared_ptr<deploy::Backend>> Backends(const policy::PolicyGraph& graph,
                                                       const std::vector<float>& observation,
                                                       const PolicyBenchOptions& options) {
  deploy::GoldenVectors golden{
      .obs_dim = kObs, .act_dim = kAct, .observation = observation, .action = {}, .torque = {}};
  deploy::FillReference(graph, &golden);
  const TemporaryFolder scratch;
  const auto folder = scratch.path() / "policy";
  const std::vector<std::string> all{"all"};
  const auto manifest = deploy::ExportPolicy(graph, golden, {deploy::ParseFormats(all)}, folder);
  std::vector<std::shared_ptr<deploy::Backend>> backends;
  for (const auto format : {deploy::Format::kC, deploy::Format::kCInt16}) {
    backends.push_back(
        std::make_shared<deploy::CompiledPolicy>(folder, deploy::PrefixOf(manifest, format)));
  }
  backends.push_back(deploy::LoadTorchScript(ReadFile(folder / "policy.pt")));
  const auto library = deploy::FindOnnxRuntime(options.onnxruntime);
  if (!library.empty()) {
    backends.push_back(deploy::MakeOnnxRuntimeBackend(library, ReadFile(folder / "policy.onnx"),
                                                      kObs, kAct, false));
  }
  return backends;
}

}  // namespace

nlohmann::ordered_json BenchPolicy(const PolicyBenchOptions& options) {
  Random random(1, "observation");
  std::vector<float> observation(kObs), action(kAct);
  for (float& value : observation) value = static_cast<float>(random.Uniform(-1, 1));
  auto rows = nlohmann::ordered_json::array();
  for (const int hidden : {64, 256}) {
    const policy::PolicyGraph graph = RandomGraph(hidden);
    const auto policy = policy::MakeArtifactPolicy(graph);
    const auto backends = Backends(graph, observation, options);
    std::vector<std::string> names{"artifact", "c", "c-int16", "libtorch", "onnxruntime"};
    std::vector<Workload> workloads{{[&] { policy->Act(observation, action); }}};
    for (const auto& backend : backends) {
      workloads.push_back({[&] { backend->Torque(observation, {}, action); }});
    }
    const auto medians =
        InterleavedMedians(workloads, {.seconds = options.seconds, .block_seconds = 0.002});
    for (size_t i = 0; i < medians.size(); ++i) {
      rows.push_back(
          {{"backend", names[i]}, {"hidden", {hidden, hidden}}, {"us", 1e6 * medians[i]}});
    }
  }
  return rows;
}

}  // namespace sinew::bench
