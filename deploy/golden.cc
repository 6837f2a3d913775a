#include "deploy/golden.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "sim/env.h"

namespace sinew::deploy {
namespace {

double Activate(const std::string& activation, double x) {
  if (activation == "relu") return std::max(x, 0.0);
  return activation == "tanh" ? std::tanh(x) : x;
}

std::vector<double> Apply(const models::DenseLayer& layer, const std::vector<double>& x) {
  std::vector<double> y(layer.bias.begin(), layer.bias.end());
  const float* weight = layer.weight.data();
  for (double& sum : y) {
    for (const double value : x) sum += *weight++ * value;
    sum = Activate(layer.activation, sum);
  }
  return y;
}

// Every observation of the policy's episodes, with how close to their limits its actions were.
struct Rollouts {
  std::vector<float> observation;  // [steps x obs_dim]
  std::vector<double> saturation;  // [steps]
};

void RunEpisode(sim::Env* env, uint64_t episode, sim::Policy* policy, Rollouts* out) {
  env->ResetToEpisode(episode);
  policy->Reset(episode);
  std::vector<float> action(env->spec().action.size());
  for (bool done = false; !done;) {
    const std::vector<float> observation(env->observation().begin(), env->observation().end());
    policy->Act(observation, action);
    out->observation.insert(out->observation.end(), observation.begin(), observation.end());
    const auto sum_abs = [](double sum, float a) { return sum + std::abs(a); };
    out->saturation.push_back(std::accumulate(action.begin(), action.end(), 0.0, sum_abs));
    done = env->Step(action).done();
  }
}

// indices of `count` steps, in time order
std::vector<size_t> Select(const std::vector<double>& saturation, size_t count) {
  std::vector<size_t> order(saturation.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t saturated = count / 4;
  std::ranges::stable_sort(order, std::greater{}, [&](size_t i) { return saturation[i]; });
  std::vector<size_t> chosen(order.begin(), order.begin() + saturated),
      rest(order.begin() + saturated, order.end());
  std::ranges::sort(rest);
  const size_t spread = count - saturated;
  for (size_t k = 0; k < spread; ++k) chosen.push_back(rest[k * rest.size() / spread]);
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace

std::vector<double> ReferenceAction(const models::PolicyArtifact& artifact,
                                    std::span<const float> observation) {
  std::vector<double> x(observation.begin(), observation.end());
  for (size_t i = 0; i < x.size(); ++i) {
    const double clip = artifact.obs_clip;
    x[i] = std::clamp((x[i] - artifact.obs_mean[i]) * artifact.obs_scale[i], -clip, clip);
  }
  for (const models::DenseLayer& layer : artifact.layers) x = Apply(layer, x);
  for (double& action : x) action = std::clamp(action, -1.0, 1.0);
  return x;
}

std::vector<double> TorqueOfAction(const models::Contract& contract,
                                   std::span<const double> action) {
  std::vector<double> torque;
  for (size_t i = 0; i < action.size(); ++i) {
    const sim::ActionElement& joint = contract.action[i];
    torque.push_back(joint.torque_low +
                     0.5 * (action[i] + 1) * (joint.torque_high - joint.torque_low));
  }
  return torque;
}

void FillReference(const models::PolicyArtifact& artifact, GoldenVectors* golden) {
  golden->action.clear();
  golden->torque.clear();
  for (int i = 0; i < golden->size(); ++i) {
    const auto action = ReferenceAction(artifact, golden->Observation(i));
    const auto torque = TorqueOfAction(artifact.contract, action);
    golden->action.insert(golden->action.end(), action.begin(), action.end());
    golden->torque.insert(golden->torque.end(), torque.begin(), torque.end());
  }
}

GoldenVectors MakeGoldenVectors(const models::PolicyArtifact& artifact,
                                std::shared_ptr<const sim::Task> task,
                                const GoldenOptions& options) {
  models::CheckContract(artifact.contract, task->spec(), "");
  const auto count = static_cast<size_t>(options.vectors);
  const auto policy = models::MakeArtifactPolicy(artifact);
  sim::Env env(std::move(task), options.seed);
  Rollouts rollouts;
  // every episode has at least one step
  for (uint64_t k = 0;
       k < static_cast<uint64_t>(options.episodes) || rollouts.saturation.size() < count; ++k) {
    RunEpisode(&env, k, policy.get(), &rollouts);
  }
  GoldenVectors golden{env.spec().obs_dim(), env.spec().act_dim(), {}, {}, {}};
  for (const size_t index : Select(rollouts.saturation, count)) {
    const auto begin =
        rollouts.observation.begin() + static_cast<ptrdiff_t>(index) * golden.obs_dim;
    golden.observation.insert(golden.observation.end(), begin, begin + golden.obs_dim);
  }
  FillReference(artifact, &golden);
  return golden;
}

}  // namespace sinew::deploy
