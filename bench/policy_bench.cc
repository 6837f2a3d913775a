#include "bench/policy_bench.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "bench/temporary_folder.h"
#include "bench/timing.h"
#include "core/random.h"
#include "deploy/compiled_policy.h"
#include "deploy/export_c.h"

namespace sinew::bench {
namespace {

constexpr int kObs = 20, kAct = 7;

models::DenseLayer RandomLayer(int inputs, int outputs, const std::string& activation,
                               Random* random) {
  models::DenseLayer layer{inputs, outputs, {}, {}, activation};
  for (int i = 0; i < inputs * outputs; ++i) {
    layer.weight.push_back(static_cast<float>(random->Uniform(-0.1, 0.1)));
  }
  layer.bias.resize(outputs);
  return layer;
}

models::PolicyArtifact RandomArtifact(int hidden) {
  Random random(1, "weights");
  models::PolicyArtifact artifact;
  artifact.contract.task = "bench";
  artifact.contract.agent = "random";
  artifact.contract.control_dt = 0.02;
  artifact.contract.timestep = 0.002;
  for (int i = 0; i < kObs; ++i) {
    artifact.contract.observation.push_back({fmt::format("x{}", i), "1", -1, 1});
  }
  for (int i = 0; i < kAct; ++i) artifact.contract.action.push_back({fmt::format("joint{}", i)});
  artifact.obs_mean.assign(kObs, 0);
  artifact.obs_scale.assign(kObs, 1);
  artifact.layers = {RandomLayer(kObs, hidden, "relu", &random),
                     RandomLayer(hidden, hidden, "relu", &random),
                     RandomLayer(hidden, kAct, "tanh", &random)};
  return artifact;
}

/// The artefact as C, compiled.
std::unique_ptr<deploy::CompiledPolicy> Compile(const models::PolicyArtifact& artifact,
                                                const std::vector<float>& observation) {
  deploy::GoldenVectors golden{
      .obs_dim = kObs, .act_dim = kAct, .observation = observation, .action = {}, .torque = {}};
  deploy::FillReference(artifact, &golden);
  const TemporaryFolder scratch;
  const auto folder = scratch.path() / "c";
  deploy::ExportC(artifact, golden, folder);
  return std::make_unique<deploy::CompiledPolicy>(folder, artifact.contract.task);
}

}  // namespace

nlohmann::ordered_json BenchPolicy(double seconds) {
  Random random(1, "observation");
  std::vector<float> observation(kObs), action(kAct);
  for (float& value : observation) value = static_cast<float>(random.Uniform(-1, 1));
  auto rows = nlohmann::ordered_json::array();
  for (const int hidden : {64, 256}) {
    const models::PolicyArtifact artifact = RandomArtifact(hidden);
    const auto policy = models::MakeArtifactPolicy(artifact);
    const auto compiled = Compile(artifact, observation);
    const std::vector<Workload> workloads{{[&] { policy->Act(observation, action); }},
                                          {[&] { compiled->Action(observation, action); }}};
    const auto medians =
        InterleavedMedians(workloads, {.seconds = seconds, .block_seconds = 0.002});
    for (const auto& [backend, time] : {std::pair{"artifact", medians[0]}, {"c", medians[1]}}) {
      rows.push_back({{"backend", backend}, {"hidden", {hidden, hidden}}, {"us", 1e6 * time}});
    }
  }
  return rows;
}

}  // namespace sinew::bench
