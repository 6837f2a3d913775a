// Agents with a memory: they learn what none without could, go on from a checkpoint with the same
// bits, and those that have none say so.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agents/agent_list.h"
#include "agents/off_policy/ddpg.h"
#include "agents/on_policy/a2c.h"
#include "agents/on_policy/ppo.h"
#include "agents/registry.h"
#include "core/error.h"
#include "tests/agents/agent_testing.h"
#include "tests/agents/recall_task.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr int kEnvs = 8;

AgentContext Context(int episodes, uint64_t seed = 1, ThreadPool* pool = nullptr) {
  return {.obs_dim = RecallTask::kObs,
          .act_dim = 1,
          .num_envs = kEnvs,
          .total_steps = static_cast<int64_t>(episodes) * RecallTask::kSteps * kEnvs,
          .seed = seed,
          .pool = pool};
}

PpoOptions Ppo(const std::string& memory) {
  PpoOptions options;
  options.memory = memory;
  options.memory_size = 16;
  options.actor_hidden = options.critic_hidden = {16};
  // neither a divisor of the other: pieces overlap, rollouts begin within episodes
  options.rollout_steps = 32;
  options.sequence_length = 12;
  options.batch_size = 64;
  options.epochs = 8;
  options.actor_lr = options.critic_lr = 3e-3;
  options.log_std_init = -1;
  return options;
}

DdpgOptions Ddpg(bool twin) {
  DdpgOptions options;
  options.memory = "gru";
  options.memory_size = 16;
  options.actor_hidden = options.critic_hidden = {16};
  options.sequence_length = 8;
  options.burn_in = 4;
  options.batch_size = 16;
  options.learning_starts = 400;
  options.warmup_sigma = 0.5;
  options.updates_per_step = 0.5;
  options.n_step = 1;
  options.critic_lr = 3e-3;
  options.twin = twin;
  options.policy_delay = twin ? 2 : 1;
  return options;
}

TEST(MemoryTest, PpoRecallsWhatItSawStepsBefore) {
  constexpr int kEpisodes = 300;
  const auto with = MakePpoAgent(Ppo("gru"), Context(kEpisodes));
  EXPECT_GT(RecallTask(kEnvs, 1).Run(with.get(), kEpisodes, 40), -1.5);
  const auto without = MakePpoAgent(Ppo("none"), Context(kEpisodes));
  // in the mean over many episodes, by the bound's derivation, and a little for the sample
  EXPECT_LT(RecallTask(kEnvs, 1).Run(without.get(), kEpisodes, 40),
            RecallTask::kBestWithoutMemory + 0.3);
}

TEST(MemoryTest, A2cRecallsToo) {
  constexpr int kEpisodes = 600;
  A2cOptions options;
  static_cast<OnPolicyOptions&>(options) = Ppo("gru");
  options.rollout_steps = 12;
  options.actor_lr = options.critic_lr = 1e-2;
  const auto agent = MakeA2cAgent(options, Context(kEpisodes));
  EXPECT_GT(RecallTask(kEnvs, 1).Run(agent.get(), kEpisodes, 40), -2.5);
}

TEST(MemoryTest, Td3RecallsFromReplayedSequences) {
  constexpr int kEpisodes = 200;
  const auto agent = MakeDdpgAgent(Ddpg(true), Context(kEpisodes));
  EXPECT_GT(RecallTask(kEnvs, 1).Run(agent.get(), kEpisodes, 40), -1.5);
}

/// Six steps an episode, each worth 1, of which only the first looks different.
/// @param end  of an episode's last step. @return  the mean of what the critic is to predict, over
/// the last hundred rounds.
double MeanTargetOfSteadyReward(Agent* agent, spec::StepResult end) {
  const std::vector<float> rewards(kEnvs, 1.0f);
  std::vector<float> actions(kEnvs), before(kEnvs), after(kEnvs);
  constexpr int kRounds = 900;
  for (int round = 0; round < kRounds; ++round) {
    const bool first = round % 6 == 0, last = round % 6 == 5;
    const std::vector<uint8_t> begins(kEnvs, first ? 1 : 0);
    std::ranges::fill(before, first ? 1.0f : 0.0f);
    agent->Act({before, begins}, actions);
    const std::vector<spec::StepResult> results(kEnvs, last ? end : spec::StepResult{});
    agent->Observe({before, actions, rewards, after, results});
    if (round == kRounds - 100) agent->TakeMetrics();
    agent->Learn();
  }
  return MetricOf(agent->TakeMetrics(), "target_mean");
}

// With gamma = 1/2 a step that k steps follow up to the end is worth 2 - 2^-k: from 1 for the last
// to 2 - 1/32 for the first, in the mean 2 - (1 + 1/2 + ... + 1/32) / 6 = 1.672. Behind a truncated
// step rewards would have gone on: 2 everywhere. The critic has to remember how far an episode is.
TEST(MemoryTest, ReplayedSequencesAreWorthWhatTheirEndsSay) {
  for (const int n_step : {1, 3}) {
    DdpgOptions options = Ddpg(false);
    options.gamma = 0.5;
    options.n_step = n_step;
    options.tau = 0.05;
    const AgentContext context{.obs_dim = 1, .act_dim = 1, .num_envs = kEnvs, .total_steps = 7200};
    const auto terminated = MakeDdpgAgent(options, context);
    EXPECT_NEAR(MeanTargetOfSteadyReward(terminated.get(), {.terminated = true}), 1.672, 0.03);
    const auto truncated = MakeDdpgAgent(options, context);
    EXPECT_NEAR(MeanTargetOfSteadyReward(truncated.get(), {.truncated = true}), 2, 0.03);
  }
}

/// Runs one agent on, and another that is restored from it, side by side.
template <class Make>
void ExpectRestoredGoesOn(const Make& make, int episodes) {
  const auto original = make(), restored = make();
  RecallTask task(kEnvs, 3), other(kEnvs, 4);
  task.Run(original.get(), episodes, 1);
  other.Run(restored.get(), 3, 1);  // a past that it has to forget
  CopyThroughArchive(original.get(), restored.get());
  EXPECT_EQ(SavedTensors(restored.get()), SavedTensors(original.get()));
  RecallTask same = task;
  task.Run(original.get(), episodes, 1);
  same.Run(restored.get(), episodes, 1);
  EXPECT_EQ(SavedTensors(restored.get()), SavedTensors(original.get()));
}

// 11 episodes of 6 steps end in the middle of a rollout of 32 and of a sequence of 8
TEST(MemoryTest, RestoredAgentsGoOnWithTheSameBits) {
  PpoOptions ppo = Ppo("gru");
  ppo.burn_in = 5;
  ExpectRestoredGoesOn([&] { return MakePpoAgent(ppo, Context(100)); }, 11);
  DdpgOptions td3 = Ddpg(true);
  td3.learning_starts = 200;
  td3.buffer_size = 300;  // so that it wraps around
  ExpectRestoredGoesOn([&] { return MakeDdpgAgent(td3, Context(100)); }, 11);
}

TEST(MemoryTest, ThreadsDoNotChangeTheBits) {
  ThreadPool two(2);
  DdpgOptions td3 = Ddpg(true);
  td3.learning_starts = 200;
  const auto bits = [&](auto make, ThreadPool* pool) {
    const auto agent = make(pool);
    RecallTask(kEnvs, 5).Run(agent.get(), 12, 1);
    return SavedTensors(agent.get());
  };
  const auto ppo = [](ThreadPool* pool) { return MakePpoAgent(Ppo("gru"), Context(20, 1, pool)); };
  const auto ddpg = [&](ThreadPool* pool) { return MakeDdpgAgent(td3, Context(20, 1, pool)); };
  EXPECT_EQ(bits(ppo, nullptr), bits(ppo, &two));
  EXPECT_EQ(bits(ddpg, nullptr), bits(ddpg, &two));
}

TEST(MemoryTest, AgentsWithoutOneSayWhichHaveOne) {
  for (const AgentInfo& agent : AgentList()) {
    const auto builder = MakeAgentBuilder(agent.name);
    OptionTable options("agent");
    builder->Describe(options);
    options.Set("memory", "gru");
    if (agent.traits.memory) {
      EXPECT_NO_THROW(builder->Build(Context(10))) << agent.name;
      continue;
    }
    EXPECT_THAT([&] { builder->Build(Context(10)); },
                ThrowsMessage<UserError>(AllOf(HasSubstr(agent.name + " has no memory"),
                                               HasSubstr("a2c, ddpg, ppo, td3"))));
  }
}

TEST(MemoryTest, WhatNeedsSingleTransitionsIsRefused) {
  DdpgOptions options = Ddpg(false);
  options.prioritized = true;
  EXPECT_THAT([&] { MakeDdpgAgent(options, Context(10)); },
              ThrowsMessage<UserError>(HasSubstr("agent.prioritized = false")));
  options = Ddpg(false);
  options.hindsight = 0.5;
  EXPECT_THAT([&] { MakeDdpgAgent(options, Context(10)); },
              ThrowsMessage<UserError>(HasSubstr("agent.hindsight = 0")));
  options = Ddpg(false);
  options.noise = "parameter";
  EXPECT_THAT([&] { MakeDdpgAgent(options, Context(10)); },
              ThrowsMessage<UserError>(HasSubstr("agent.noise = \"gaussian\"")));
}

}  // namespace
}  // namespace sinew::agents
