#pragma once

#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <string>

#include "agents/base/agent.h"
#include "policy/graph_policy.h"
#include "sim/vec_env.h"
#include "tests/agents/agent_testing.h"
#include "tests/sim/point_mass.h"

// Two seconds on a rail towards x = 0, an episode of 40 steps: learned in seconds by an agent that
// works, and with a reference to hold it against.
namespace sinew::agents {

inline std::shared_ptr<const sim::Task> PointMassTask() {
  return std::make_shared<sim::PointMass>(sim::PointMassOptions{.time_limit = 40});
}

constexpr int kPointMassEnvs = 4;

/// The context of an agent that is to learn it.
inline AgentContext PointMassContext(uint64_t seed, int64_t steps, ThreadPool* pool = nullptr) {
  return {.obs_dim = 2,
          .act_dim = 1,
          .num_envs = kPointMassEnvs,
          .total_steps = steps,
          .seed = seed,
          .pool = pool};
}

struct Trained {
  std::unique_ptr<Agent> agent;
  std::unique_ptr<sim::VecEnv> envs;
};

inline Trained TrainOnPointMass(std::unique_ptr<Agent> agent, uint64_t seed, int64_t steps,
                                ThreadPool* env_pool) {
  Trained trained{std::move(agent),
                  std::make_unique<sim::VecEnv>(PointMassTask(), kPointMassEnvs, seed, env_pool)};
  Train(trained.agent.get(), trained.envs.get(), steps);
  return trained;
}

/// The same seed gives the same bits for any number of threads, another seed others.
/// @param make  (const AgentContext&) -> std::unique_ptr<Agent>.
/// @param tensor  of the checkpoint, whose bits depend on the seed.
template <class Make>
void ExpectSeedAloneDecides(const Make& make, int64_t steps, const std::string& tensor) {
  ThreadPool one(1), two(2), three(3);
  const auto bits = [&](uint64_t seed, ThreadPool* env_pool, ThreadPool* learner_pool) {
    const Trained trained =
        TrainOnPointMass(make(PointMassContext(seed, steps, learner_pool)), seed, steps, env_pool);
    return SavedTensors(trained.agent.get());
  };
  const auto expected = bits(1, &one, nullptr);
  EXPECT_EQ(bits(1, &one, nullptr), expected);
  EXPECT_EQ(bits(1, &two, &two), expected) << "two threads";
  EXPECT_EQ(bits(1, &three, &two), expected) << "three threads";
  EXPECT_NE(bits(2, &one, nullptr).at(tensor), expected.at(tensor));
}

inline double MeanReturn(const std::function<float(double x, double v)>& act) {
  sim::Env env(PointMassTask(), 1000);
  double total = 0;
  constexpr int kEpisodes = 30;
  for (int k = 0; k < kEpisodes; ++k, env.Reset()) {
    while (!env.Step(std::array{act(env.observation()[0], env.observation()[1])}).done()) {
    }
    total += env.episode_return() / kEpisodes;
  }
  return total;
}

/// The policy as it would be written into a file.
inline std::unique_ptr<spec::Policy> ExportedPolicy(const Agent& agent) {
  const auto task = PointMassTask();
  policy::PolicyGraph graph = agent.Snapshot();
  graph.contract.control_dt = graph.contract.timestep = 0.01;
  graph.contract.action = task->spec().action;
  for (int i = 0; i < 2; ++i) {
    graph.contract.observation[i].name = task->spec().observation[i].name;
  }
  return policy::MakeArtifactPolicy(graph);
}

/// Return of the policy that the agent would export.
inline double LearnedReturn(const Agent& agent) {
  const auto policy = ExportedPolicy(agent);
  return MeanReturn([&](double x, double v) {
    float action = 0;
    policy->Act(std::array{static_cast<float>(x), static_cast<float>(v)}, {&action, 1});
    return action;
  });
}

/// Bang-bang control to x = 0 is close to the best, as the effort hardly costs.
inline double BangBangReturn() {
  return MeanReturn([](double x, double v) {
    const double stopping = v * std::abs(v) / (2 * sim::PointMass::kForce);
    return static_cast<float>(std::clamp(-8 * (x + stopping), -1.0, 1.0));
  });
}

}  // namespace sinew::agents
