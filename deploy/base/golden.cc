#include "deploy/base/golden.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "sim/rollout_loop.h"

namespace sinew::deploy {
namespace {

double Activate(const std::string& activation, double x) {
  if (activation == "relu") return std::max(x, 0.0);
  return activation == "tanh" ? std::tanh(x) : x;
}

std::vector<double> Affine(std::span<const float> weight, std::span<const float> bias,
                           const std::vector<double>& x) {
  std::vector<double> y(bias.begin(), bias.end());
  const float* w = weight.data();
  for (double& sum : y) {
    for (const double value : x) sum += *w++ * value;
  }
  return y;
}

// standard deviations of u, by the input of the last layer
std::vector<double> StdDev(const policy::GaussianHead& head, const std::vector<double>& x) {
  std::vector<double> log_std(head.bias.begin(), head.bias.end());
  if (!head.weight.empty()) {
    log_std = Affine(head.weight, head.bias, x);
    for (double& value : log_std) {
      value = head.low + 0.5 * (double{head.high} - head.low) * (1 + std::tanh(value));
    }
  }
  for (double& value : log_std) value = std::exp(value);
  return log_std;
}

// Every observation of the policy's episodes, with how close to their limits its actions were.
struct Rollouts {
  std::vector<float> observation;  // [steps x obs_dim]
  std::vector<float> noise;        // [steps x act_dim], of a sampling policy
  std::vector<double> saturation;  // [steps]
};

void RunEpisode(sim::RolloutLoop* loop, uint64_t episode, Rollouts* out) {
  loop->Begin(episode);
  for (bool done = false; !done;) {
    done = loop->Step().done();
    const auto seen = loop->observation(), action = loop->action();
    out->observation.insert(out->observation.end(), seen.begin(), seen.end());
    const auto sum_abs = [](double sum, float a) { return sum + std::abs(a); };
    out->saturation.push_back(std::accumulate(action.begin(), action.end(), 0.0, sum_abs));
  }
}

template <class T>
void AppendRow(const std::vector<T>& from, size_t row, int width, std::vector<T>* to) {
  const auto begin = from.begin() + static_cast<ptrdiff_t>(row) * width;
  to->insert(to->end(), begin, begin + width);
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

std::vector<std::vector<double>> ReferenceSignals(const policy::PolicyArtifact& artifact,
                                                  std::span<const float> observation,
                                                  std::span<const float> noise) {
  std::vector<double> input(observation.begin(), observation.end());
  for (size_t i = 0; i < input.size(); ++i) {
    const double clip = artifact.obs_clip;
    input[i] = std::clamp((input[i] - artifact.obs_mean[i]) * artifact.obs_scale[i], -clip, clip);
  }
  std::vector<std::vector<double>> signals{std::move(input)};
  for (size_t k = 0; k < artifact.layers.size(); ++k) {
    const policy::DenseLayer& layer = artifact.layers[k];
    std::vector<double> y = Affine(layer.weight, layer.bias, signals.back());
    if (k + 1 == artifact.layers.size() && !noise.empty()) {
      const auto std_dev = StdDev(artifact.gaussian.value(), signals.back());
      for (size_t i = 0; i < y.size(); ++i) y[i] += std_dev[i] * noise[i];
    }
    for (double& value : y) value = Activate(layer.activation, value);
    signals.push_back(std::move(y));
  }
  return signals;
}

std::vector<double> ReferenceAction(const policy::PolicyArtifact& artifact,
                                    std::span<const float> observation,
                                    std::span<const float> noise) {
  std::vector<double> action = ReferenceSignals(artifact, observation, noise).back();
  for (double& value : action) value = std::clamp(value, -1.0, 1.0);
  return action;
}

std::vector<double> TorqueOfAction(const spec::Contract& contract, std::span<const double> action) {
  std::vector<double> torque;
  for (size_t i = 0; i < action.size(); ++i) {
    const spec::ActionElement& joint = contract.action[i];
    torque.push_back(joint.torque_low +
                     0.5 * (action[i] + 1) * (joint.torque_high - joint.torque_low));
  }
  return torque;
}

float WithinLimit(double limit) {
  const auto rounded = static_cast<float>(limit);
  return std::abs(static_cast<double>(rounded)) > std::abs(limit) ? std::nextafter(rounded, 0.0f)
                                                                  : rounded;
}

void FillReference(const policy::PolicyArtifact& artifact, GoldenVectors* golden) {
  golden->action.clear();
  golden->torque.clear();
  for (int i = 0; i < golden->size(); ++i) {
    const auto action = ReferenceAction(artifact, golden->Observation(i), golden->Noise(i));
    const auto torque = TorqueOfAction(artifact.contract, action);
    golden->action.insert(golden->action.end(), action.begin(), action.end());
    golden->torque.insert(golden->torque.end(), torque.begin(), torque.end());
  }
}

GoldenVectors Thinned(const GoldenVectors& golden, int count) {
  GoldenVectors thin{golden.obs_dim, golden.act_dim, {}, {}, {}};
  const auto size = static_cast<size_t>(golden.size());
  const size_t kept = std::min(size, static_cast<size_t>(count));
  for (size_t k = 0; k < kept; ++k) {
    const size_t row = k * size / kept;
    AppendRow(golden.observation, row, golden.obs_dim, &thin.observation);
    AppendRow(golden.action, row, golden.act_dim, &thin.action);
    AppendRow(golden.torque, row, golden.act_dim, &thin.torque);
    if (!golden.noise.empty()) AppendRow(golden.noise, row, golden.act_dim, &thin.noise);
  }
  return thin;
}

GoldenVectors MakeGoldenVectors(const policy::PolicyArtifact& artifact,
                                std::shared_ptr<const sim::Task> task,
                                const GoldenOptions& options) {
  spec::CheckContract(artifact.contract, task->spec(), "");
  const auto count = static_cast<size_t>(options.vectors);
  const auto policy = options.stochastic ? policy::MakeSamplingPolicy(artifact, options.seed)
                                         : policy::MakeArtifactPolicy(artifact);
  sim::Env env(std::move(task), options.seed);
  sim::RolloutLoop loop(&env, policy.get());
  Rollouts rollouts;
  // every episode has at least one step
  for (uint64_t k = 0;
       k < static_cast<uint64_t>(options.episodes) || rollouts.saturation.size() < count; ++k) {
    const size_t before = rollouts.saturation.size();
    RunEpisode(&loop, k, &rollouts);
    if (!options.stochastic) continue;
    // the same numbers that the policy drew
    Random random = policy::NoiseOfEpisode(options.seed, k);
    const size_t steps = rollouts.saturation.size() - before;
    for (size_t i = 0; i < steps * env.spec().act_dim(); ++i) {
      rollouts.noise.push_back(static_cast<float>(random.Normal()));
    }
  }
  GoldenVectors golden{env.spec().obs_dim(), env.spec().act_dim(), {}, {}, {}};
  for (const size_t index : Select(rollouts.saturation, count)) {
    AppendRow(rollouts.observation, index, golden.obs_dim, &golden.observation);
    if (options.stochastic) AppendRow(rollouts.noise, index, golden.act_dim, &golden.noise);
  }
  FillReference(artifact, &golden);
  return golden;
}

}  // namespace sinew::deploy
