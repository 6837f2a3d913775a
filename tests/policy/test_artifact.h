#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/random.h"
#include "policy/policy_file.h"

namespace sinew::policy {

/// A perceptron with its contract, easy to change; becomes a graph wherever one is asked for.
struct TestPolicy : Perceptron {
  spec::Contract contract;
  operator PolicyGraph() const { return GraphOf(contract, *this); }
};

/// A network with random weights (scaled to keep its signals near one) and a contract to match. The
/// first `obs_dim` of the sizes is the observation, the last the action.
inline TestPolicy RandomArtifact(const std::vector<int>& sizes, const std::string& hidden = "relu",
                                 uint64_t seed = 7) {
  Random random(seed, "artifact");
  TestPolicy artifact;
  spec::Contract& contract = artifact.contract;
  contract.task = "test-task";
  contract.agent = "ddpg";
  contract.model_hash = "0123456789abcdef";
  contract.commit = "abc1234";
  contract.control_dt = 0.02;
  contract.timestep = 0.01;
  contract.seed = 3;
  contract.env_steps = 1000;
  contract.evaluation = {100, -4.5, -4.25, -4.75, -4, 0.5};
  for (int i = 0; i < sizes.front(); ++i) {
    contract.observation.push_back({"obs_" + std::to_string(i), "rad", -1.5, 2.5});
    artifact.obs_mean.push_back(static_cast<float>(random.Uniform(-1, 1)));
    artifact.obs_scale.push_back(static_cast<float>(random.Uniform(0.5, 2)));
  }
  for (int i = 0; i < sizes.back(); ++i) {
    contract.action.push_back({"joint_" + std::to_string(i), -1, 1, -10.0 - i, 20.0 + i});
  }
  artifact.obs_clip = 5;
  for (size_t k = 0; k + 1 < sizes.size(); ++k) {
    DenseLayer layer{sizes[k], sizes[k + 1], {}, {}, k + 2 == sizes.size() ? "tanh" : hidden};
    for (int i = 0; i < layer.inputs * layer.outputs; ++i) {
      layer.weight.push_back(static_cast<float>(random.Normal() / std::sqrt(layer.inputs)));
    }
    for (int i = 0; i < layer.outputs; ++i) {
      layer.bias.push_back(static_cast<float>(0.1 * random.Normal()));
    }
    artifact.layers.push_back(std::move(layer));
  }
  return artifact;
}

}  // namespace sinew::policy
