// What holds for every registered agent; a new one is covered by its registry line.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "agents/registry.h"
#include "core/error.h"
#include "models/autograd_network.h"
#include "models/kernels/math_runtime.h"
#include "tests/agents/agent_testing.h"
#include "tests/sim/point_mass.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr int kEnvs = 3;

// what makes a run short, for agents that have such an option
const std::vector<std::pair<std::string, std::string>> kShort{
    {"learning_starts", "60"}, {"batch_size", "16"}, {"rollout_steps", "64"}};

class AgentTest : public testing::TestWithParam<std::string> {
 protected:
  AgentTest() { models::UseOneMathThread(); }

  using Assignments = std::vector<std::pair<std::string, std::string>>;

  /// @param assignments  options that every agent has.
  std::unique_ptr<Agent> Make(uint64_t seed, const Assignments& assignments = {}) {
    const auto builder = MakeAgentBuilder(GetParam());
    OptionTable table("agent");
    builder->Describe(table);
    for (const auto& [key, value] : assignments) table.Set(key, value);
    for (const auto& [key, value] : kShort) {
      if (std::ranges::count(table.entries(), key, &OptionTable::Entry::key)) table.Set(key, value);
    }
    return builder->Build(
        {.obs_dim = 2, .act_dim = 1, .num_envs = kEnvs, .total_steps = 600, .seed = seed});
  }
  std::unique_ptr<sim::VecEnv> MakeEnvs() {
    return std::make_unique<sim::VecEnv>(
        std::make_shared<sim::PointMass>(sim::PointMassOptions{.wall = 1.5}), kEnvs, 4, &pool_);
  }
  void ExpectLearnsDeterministically(const Assignments& assignments) {
    const auto bits = [&](uint64_t seed) {
      const auto agent = Make(seed, assignments);
      const auto envs = MakeEnvs();
      Train(agent.get(), envs.get(), 300);
      EXPECT_GT(agent->updates(), 0);
      EXPECT_EQ(agent->env_steps(), 300);
      return SavedTensors(agent.get());
    };
    const auto first = bits(1);
    EXPECT_EQ(bits(1), first);
    EXPECT_NE(bits(2), first);
  }

  ThreadPool pool_{1};
};

TEST_P(AgentTest, LearnsDeterministically) { ExpectLearnsDeterministically({}); }

TEST_P(AgentTest, LearnsDeterministicallyThroughAutograd) {
  ExpectLearnsDeterministically({{"backend", "autograd"}});
}

TEST_P(AgentTest, LearnsDeterministicallyOnAGpu) {
  if (!models::CudaIsAvailable()) GTEST_SKIP() << "this LibTorch sees no GPU";
  ExpectLearnsDeterministically({{"backend", "autograd"}, {"device", "cuda"}});
}

TEST_P(AgentTest, RestoredAgentGoesOnWithTheSameBits) {
  // in the warm-up, behind it, and in the middle of an n-step return
  for (const int64_t steps : {30, 90, 201})
    ExpectRestoredGoesOn([&] { return Make(1); }, [&] { return MakeEnvs(); }, steps);
}

TEST_P(AgentTest, ActsWithinBoundsAndSnapshotsARunnablePolicy) {
  const auto agent = Make(1);
  const auto envs = MakeEnvs();
  Train(agent.get(), envs.get(), 150);
  std::vector<float> actions(kEnvs);
  for (int i = 0; i < 50; ++i) {
    agent->Act({std::vector<float>(2 * kEnvs, 5.0f)}, actions);
    for (float a : actions) EXPECT_LE(std::abs(a), 1);
  }
  const policy::PolicyGraph graph = agent->Snapshot();
  EXPECT_EQ(graph.contract.env_steps, 150);
  EXPECT_EQ(graph.contract.seed, 1u);
  ASSERT_EQ(graph.contract.observation.size(), 2u);
  for (const auto& element : graph.contract.observation)
    EXPECT_LT(element.training_low, element.training_high);
  const auto policy = policy::AsPerceptron(graph);
  ASSERT_EQ(policy.has_value(), GetParam() != "fsac");
  if (policy) {
    EXPECT_EQ(policy->layers.front().inputs, 2);
    EXPECT_EQ(policy->layers.back().outputs, 1);
  }
  for (const auto& [name, value] : agent->TakeMetrics()) EXPECT_TRUE(std::isfinite(value)) << name;
}

TEST_P(AgentTest, LearnsDeterministicallyFromItsHistory) {
  ExpectLearnsDeterministically({{"history", "3"}});
}

TEST_P(AgentTest, RestoredAgentWithHistoryGoesOnWithTheSameBits) {
  ExpectRestoredGoesOn(
      [&] {
        return Make(1, {{"history", "3"}});
      },
      [&] { return MakeEnvs(); }, 201);
}

TEST_P(AgentTest, TraitsAreWhatItDoes) {
  const AgentTraits traits = FindAgent(GetParam()).traits;
  const auto agent = Make(1);
  const auto envs = MakeEnvs();
  Train(agent.get(), envs.get(), 300);
  EXPECT_EQ(policy::CanSample(agent->Snapshot()), traits.stochastic);
  const auto critic = agent->CriticSnapshot();
  EXPECT_EQ(critic && critic->kind != policy::Critic::Kind::kValue, traits.action_value);
  const auto tensors = SavedTensors(agent.get());
  EXPECT_EQ(tensors.contains("rollout.rewards"), traits.on_policy);
  EXPECT_EQ(tensors.contains("replay.rows"), !traits.on_policy);
}

TEST_P(AgentTest, SnapshotCarriesTheContractItWasGiven) {
  spec::Contract contract;
  contract.task = "rail";
  contract.control_dt = 0.02;
  contract.observation = {{.name = "x", .unit = "m"}, {.name = "v", .unit = "m/s"}};
  contract.action = {{.joint = "slide"}};
  const auto builder = MakeAgentBuilder(GetParam());
  const auto agent =
      builder->Build({.obs_dim = 2, .act_dim = 1, .num_envs = 1, .contract = contract});
  ObserveStep(agent.get(), {{0.5f, -2}, {0.25f}, {0.6f, -1}, 1, {}});
  const spec::Contract snapshot = agent->Snapshot().contract;
  EXPECT_EQ(snapshot.task, "rail");
  EXPECT_EQ(snapshot.control_dt, 0.02);
  EXPECT_EQ(snapshot.action, contract.action);
  EXPECT_EQ(snapshot.observation[1].name, "v");
  EXPECT_EQ(snapshot.observation[1].unit, "m/s");
  EXPECT_EQ(snapshot.observation[1].training_low, -2);
  EXPECT_EQ(snapshot.env_steps, 1);
}

TEST_P(AgentTest, RefusesATaskWithNothingToSeeOrDo) {
  for (const AgentContext& context :
       {AgentContext{.obs_dim = 2, .act_dim = 0}, AgentContext{.obs_dim = 0, .act_dim = 1}}) {
    EXPECT_THAT([&] { MakeAgentBuilder(GetParam())->Build(context); },
                ThrowsMessage<UserError>(HasSubstr("at least one of each")));
  }
}

INSTANTIATE_TEST_SUITE_P(EveryAgent, AgentTest, testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const AgentInfo& info : AgentList()) names.push_back(info.name);
                           return names;
                         }()),
                         [](const auto& info) { return info.param; });

TEST(AgentRegistryTest, UnknownAgentsGetTheNearestName) {
  for (const AgentInfo& info : AgentList()) EXPECT_FALSE(info.summary.empty()) << info.name;
  EXPECT_THAT([] { MakeAgentBuilder("ddgp"); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("'ddgp'"), HasSubstr("'ddpg'"))));
}

}  // namespace
}  // namespace sinew::agents
