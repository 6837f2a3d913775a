#include "agents/replay/sequence_replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "core/error.h"
#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr int kEnvs = 2, kLength = 4, kBurnIn = 3;

SequenceReplay::Options Options(int64_t capacity) {
  return {.capacity = capacity,
          .num_envs = kEnvs,
          .obs_dim = 1,
          .act_dim = 1,
          .sequence_length = kLength,
          .burn_in = kBurnIn,
          .state_width = 1};
}

// Everything says which step of which environment it belongs to.
float Mark(int64_t step, int env) { return static_cast<float>(10 * step + env); }

void AddSteps(SequenceReplay* replay, int64_t begin, int64_t end) {
  for (int64_t step = begin; step < end; ++step) {
    const std::vector<float> now{Mark(step, 0), Mark(step, 1)};
    const std::vector<float> minus{-now[0], -now[1]}, next{now[0] + 0.5f, now[1] + 0.5f};
    const std::vector<float> rewards{now[0] + 0.25f, now[1] + 0.25f};
    const std::vector<float> states{now[0] + 0.125f, now[1] + 0.125f};
    std::vector<spec::StepResult> results(kEnvs);
    results[1].truncated = step % 5 == 4;
    const std::vector<uint8_t> begins{step == 0, step % 5 == 0};
    replay->Add({now, minus, rewards, next, results}, begins, states);
  }
}

// Every sequence is whole, and of steps [oldest, steps).
void ExpectWholeSequences(const SequenceReplay& replay, int64_t oldest, int64_t steps,
                          std::set<float>* starts) {
  Random random(1);
  SequenceBatch batch;
  for (int trial = 0; trial < 50; ++trial) {
    replay.Sample(3, random, &batch);
    ASSERT_EQ(batch.steps, kBurnIn + kLength);
    for (int i = 0; i < batch.count; ++i) {
      const float first = batch.observations[i];
      const int env = static_cast<int>(first) % 10;
      const int64_t start = static_cast<int64_t>(first) / 10;
      EXPECT_EQ(start % kLength, 0);
      EXPECT_GE(start, oldest);
      EXPECT_LE(start + batch.steps, steps);
      EXPECT_EQ(batch.states[i], first + 0.125f);
      starts->insert(first);
      for (int t = 0; t < batch.steps; ++t) {
        const int row = t * batch.count + i;
        const float mark = Mark(start + t, env);
        ASSERT_EQ(batch.observations[row], mark);
        EXPECT_EQ(batch.actions[row], -mark);
        EXPECT_EQ(batch.next_observations[row], mark + 0.5f);
        EXPECT_EQ(batch.rewards[row], mark + 0.25f);
        const bool ends = env == 1 && (start + t) % 5 == 4;
        EXPECT_EQ(batch.ends[row], ends ? StepEnd::kTruncated : StepEnd::kContinues);
        EXPECT_EQ(batch.begins[row], env == 1 ? (start + t) % 5 == 0 : start + t == 0);
      }
    }
  }
}

TEST(SequenceReplayTest, SequencesAreThereOnceTheyAreWhole) {
  SequenceReplay replay(Options(1000));
  AddSteps(&replay, 0, kBurnIn + kLength - 1);
  EXPECT_EQ(replay.sequences(), 0);
  AddSteps(&replay, kBurnIn + kLength - 1, kBurnIn + kLength);
  EXPECT_EQ(replay.sequences(), kEnvs);
  // starts at 0, 4, ..., 28 have 7 steps behind them
  AddSteps(&replay, kBurnIn + kLength, 36);
  EXPECT_EQ(replay.sequences(), 8 * kEnvs);
  EXPECT_EQ(replay.size(), 36 * kEnvs);
  std::set<float> starts;
  ExpectWholeSequences(replay, 0, 36, &starts);
  EXPECT_EQ(starts.size(), 16);
}

TEST(SequenceReplayTest, ForgetsTheOldestSteps) {
  SequenceReplay replay(Options(20 * kEnvs));
  int64_t steps = 0;
  for (const int64_t end : {20, 21, 23, 24, 41, 77}) {
    AddSteps(&replay, steps, end);
    steps = end;
    EXPECT_EQ(replay.size(), 20 * kEnvs);
    ASSERT_GT(replay.sequences(), 0);
    std::set<float> starts;
    ExpectWholeSequences(replay, steps - 20, steps, &starts);
  }
}

TEST(SequenceReplayTest, SurvivesACheckpoint) {
  SequenceReplay replay(Options(20 * kEnvs)), restored(Options(20 * kEnvs));
  AddSteps(&replay, 0, 26);
  AddSteps(&restored, 0, 9);
  const ScratchFile file;
  {
    models::Archive archive;
    replay.Serialize(archive, "replay");
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  restored.Serialize(archive, "replay");
  std::set<float> starts;
  AddSteps(&restored, 26, 30);
  ExpectWholeSequences(restored, 10, 30, &starts);

  SequenceReplay::Options other = Options(20 * kEnvs);
  other.state_width = 2;
  SequenceReplay wider(other);
  models::Archive again(file.path());
  EXPECT_THAT([&] { wider.Serialize(again, "replay"); },
              ThrowsMessage<UserError>(HasSubstr("1 numbers of memory; the configuration's 20, 4 "
                                                 "and 2")));
}

}  // namespace
}  // namespace sinew::agents
