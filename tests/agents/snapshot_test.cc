// What an agent's policy file says about its exploration, against what the agent does.

#include <gtest/gtest.h>

#include <cmath>

#include "agents/registry.h"
#include "models/kernels/math_runtime.h"
#include "policy/graph_policy.h"
#include "tests/agents/agent_testing.h"
#include "tests/sim/point_mass.h"

namespace sinew::agents {
namespace {

struct Moments {
  double mean = 0, std_dev = 0;
};

template <class Draw>
Moments MomentsOf(Draw draw) {
  constexpr int kSamples = 20000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kSamples; ++i) {
    const double a = draw();
    sum += a;
    squares += a * a;
  }
  const double mean = sum / kSamples;
  return {mean, std::sqrt(squares / kSamples - mean * mean)};
}

class SnapshotTest : public testing::TestWithParam<std::string> {
 protected:
  SnapshotTest() { models::UseOneMathThread(); }

  // an agent a few updates old, and its policy with what the trainer adds to the contract
  void Learn() {
    const auto builder = MakeAgentBuilder(GetParam());
    OptionTable table("agent");
    builder->Describe(table);
    for (const auto& [key, value] :
         {std::pair{"learning_starts", "60"}, {"batch_size", "16"}, {"rollout_steps", "64"}}) {
      if (std::ranges::count(table.entries(), key, &OptionTable::Entry::key)) table.Set(key, value);
    }
    agent_ = builder->Build({.obs_dim = 2, .act_dim = 1, .total_steps = 600, .seed = 1});
    sim::VecEnv envs(std::make_shared<sim::PointMass>(), 1, 4, &pool_);
    Train(agent_.get(), &envs, 200);
    graph_ = agent_->Snapshot();
    graph_.contract.action = {{"slide"}};
    graph_.contract.control_dt = graph_.contract.timestep = 0.01;
  }
  ThreadPool pool_{1};
  std::unique_ptr<Agent> agent_;
  policy::PolicyGraph graph_;
};

TEST_P(SnapshotTest, IsComplete) {
  Learn();
  EXPECT_NO_THROW(policy::CheckGraph(graph_));
  EXPECT_EQ(graph_.contract.updates, agent_->updates());
  EXPECT_GT(graph_.contract.updates, 0);
  EXPECT_EQ(policy::CanSample(graph_), FindAgent(GetParam()).traits.stochastic);
}

// of the agents whose policy is a distribution; the others explore by noise on their action
class SamplingTest : public SnapshotTest {};

// mean and deviation of the agent's own actions, by its own code
TEST_P(SamplingTest, SamplesAsTheAgentExplores) {
  Learn();
  const std::vector<float> observation{0.3f, -0.1f};
  std::vector<float> action(1);
  const auto policy = policy::MakeSamplingPolicy(graph_, 3);
  const Moments expected = MomentsOf([&] {
    agent_->Act({observation}, action);
    return action[0];
  });
  const Moments sampled = MomentsOf([&] {
    policy->Act(observation, action);
    return action[0];
  });
  EXPECT_GT(expected.std_dev, 0.05);
  // five standard errors of 20,000 samples
  EXPECT_NEAR(sampled.mean, expected.mean, 0.05 * expected.std_dev);
  EXPECT_NEAR(sampled.std_dev, expected.std_dev, 0.03 * expected.std_dev);
}

std::vector<std::string> Names(bool stochastic_only) {
  std::vector<std::string> names;
  for (const AgentInfo& info : AgentList()) {
    if (info.traits.stochastic || !stochastic_only) names.push_back(info.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(EveryAgent, SnapshotTest, testing::ValuesIn(Names(false)),
                         [](const auto& info) { return info.param; });
INSTANTIATE_TEST_SUITE_P(Gaussian, SamplingTest, testing::ValuesIn(Names(true)),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace sinew::agents
