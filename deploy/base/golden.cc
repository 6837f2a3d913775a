#include "deploy/base/golden.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "deploy/base/reference.h"
#include "sim/rollout_loop.h"

namespace sinew::deploy {
namespace {

// Every observation of the policy's episodes, with how close to their limits its actions were.
struct Rollouts {
  std::vector<float> observation;  // [steps x obs_dim]
  std::vector<float> noise;        // [steps x act_dim], of a sampling policy
  std::vector<double> saturation;  // [steps]
  std::vector<uint8_t> begin;      // [steps], 1 at an episode's first
};

// @param longest  steps at most
void RunEpisode(sim::RolloutLoop* loop, uint64_t episode, size_t longest, Rollouts* out) {
  loop->Begin(episode);
  bool done = false;
  for (size_t step = 0; !done && step < longest; ++step) {
    done = loop->Step().done();
    const auto seen = loop->observation(), action = loop->action();
    out->observation.insert(out->observation.end(), seen.begin(), seen.end());
    const auto sum_abs = [](double sum, float a) { return sum + std::abs(a); };
    out->begin.push_back(step == 0);
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

// `count` of `size` indices, or all of them
std::vector<size_t> Spread(int size, int count) {
  std::vector<size_t> rows;
  const auto kept = static_cast<size_t>(std::min(size, count));
  for (size_t k = 0; k < kept; ++k) rows.push_back(k * static_cast<size_t>(size) / kept);
  return rows;
}

// the first steps of the sequences, `count` in all
std::vector<size_t> Beginnings(const std::vector<uint8_t>& begin, size_t count) {
  constexpr size_t kWorthwhile = 25;  // steps
  const auto sequences = static_cast<size_t>(std::ranges::count(begin, 1));
  const size_t longest = std::max(kWorthwhile, count / std::max<size_t>(sequences, 1));
  std::vector<size_t> rows;
  size_t step = 0;
  for (size_t row = 0; row < begin.size() && rows.size() < count; ++row) {
    step = begin[row] ? 0 : step + 1;
    if (step < longest) rows.push_back(row);
  }
  return rows;
}

}  // namespace

std::vector<double> TorqueOfAction(const spec::Contract& contract, std::span<const double> action) {
  std::vector<double> torque;
  for (size_t i = 0; i < action.size(); ++i) {
    torque.push_back(contract.action[i].CommandOfAction(action[i]));
  }
  return torque;
}

float WithinLimit(double limit) {
  const auto rounded = static_cast<float>(limit);
  return std::abs(static_cast<double>(rounded)) > std::abs(limit) ? std::nextafter(rounded, 0.0f)
                                                                  : rounded;
}

void FillReference(const policy::PolicyGraph& artifact, GoldenVectors* golden) {
  golden->action.clear();
  golden->torque.clear();
  Reference reference(artifact);
  for (int i = 0; i < golden->size(); ++i) {
    if (golden->Begins(i)) reference.Reset();
    const auto action = reference.Act(golden->Observation(i), golden->Noise(i));
    const auto torque = TorqueOfAction(artifact.contract, action);
    golden->action.insert(golden->action.end(), action.begin(), action.end());
    golden->torque.insert(golden->torque.end(), torque.begin(), torque.end());
  }
}

GoldenVectors Thinned(const GoldenVectors& golden, int count) {
  GoldenVectors thin{golden.obs_dim, golden.act_dim, {}, {}, {}};
  const auto rows = golden.begin.empty() ? Spread(golden.size(), count)
                                         : Beginnings(golden.begin, static_cast<size_t>(count));
  for (const size_t row : rows) {
    AppendRow(golden.observation, row, golden.obs_dim, &thin.observation);
    AppendRow(golden.action, row, golden.act_dim, &thin.action);
    AppendRow(golden.torque, row, golden.act_dim, &thin.torque);
    if (!golden.noise.empty()) AppendRow(golden.noise, row, golden.act_dim, &thin.noise);
    if (!golden.begin.empty()) thin.begin.push_back(golden.begin[row]);
  }
  return thin;
}

GoldenVectors MakeGoldenVectors(const policy::PolicyGraph& artifact,
                                std::shared_ptr<const sim::Task> task,
                                const GoldenOptions& options) {
  spec::CheckContract(artifact.contract, task->spec());
  const auto count = static_cast<size_t>(options.vectors);
  const auto policy = options.stochastic ? policy::MakeSamplingPolicy(artifact, options.seed)
                                         : policy::MakeArtifactPolicy(artifact);
  const bool sequences = policy::HasState(artifact);
  const auto episodes = static_cast<size_t>(std::max(options.episodes, 1));
  const size_t longest = sequences ? (count + episodes - 1) / episodes : SIZE_MAX;
  sim::Env env(std::move(task), options.seed);
  sim::RolloutLoop loop(&env, policy.get());
  Rollouts rollouts;
  // every episode has at least one step
  for (uint64_t k = 0; k < episodes || rollouts.saturation.size() < count; ++k) {
    const size_t before = rollouts.saturation.size();
    RunEpisode(&loop, k, longest, &rollouts);
    if (!options.stochastic) continue;
    // the same numbers that the policy drew
    Random random = policy::NoiseOfEpisode(options.seed, k);
    const size_t steps = rollouts.saturation.size() - before;
    for (size_t i = 0; i < steps * env.spec().act_dim(); ++i) {
      rollouts.noise.push_back(static_cast<float>(random.Normal()));
    }
  }
  GoldenVectors golden{env.spec().obs_dim(), env.spec().act_dim(), {}, {}, {}};
  for (const size_t index : sequences ? Spread(static_cast<int>(count), options.vectors)
                                      : Select(rollouts.saturation, count)) {
    AppendRow(rollouts.observation, index, golden.obs_dim, &golden.observation);
    if (options.stochastic) AppendRow(rollouts.noise, index, golden.act_dim, &golden.noise);
    if (sequences) golden.begin.push_back(rollouts.begin[index]);
  }
  FillReference(artifact, &golden);
  return golden;
}

}  // namespace sinew::deploy
