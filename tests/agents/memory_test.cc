// Agents with a memory: they learn what none without could, go on from a checkpoint with the same
// bits, and those that have none say so.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
}

TEST(MemoryTest, ThreadsDoNotChangeTheBits) {
  ThreadPool two(2);
  const auto bits = [&](auto make, ThreadPool* pool) {
    const auto agent = make(pool);
    RecallTask(kEnvs, 5).Run(agent.get(), 12, 1);
    return SavedTensors(agent.get());
  };
  const auto ppo = [](ThreadPool* pool) { return MakePpoAgent(Ppo("gru"), Context(20, 1, pool)); };
  EXPECT_EQ(bits(ppo, nullptr), bits(ppo, &two));
}

TEST(MemoryTest, AgentsWithoutOneSayWhichHaveOne) {
  for (const std::string agent : {"ddpg", "naf", "sac", "td3", "trpo"}) {
    const auto builder = MakeAgentBuilder(agent);
    OptionTable options("agent");
    builder->Describe(options);
    options.Set("memory", "gru");
    EXPECT_THAT([&] { builder->Build(Context(10)); },
                ThrowsMessage<UserError>(
                    AllOf(HasSubstr(agent + " has no memory"), HasSubstr("a2c, ppo"))));
  }
}

}  // namespace
}  // namespace sinew::agents
