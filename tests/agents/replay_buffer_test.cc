#include "agents/replay/replay_buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr int kObs = 3, kAct = 2;

ReplayBuffer Buffer(int64_t capacity, int streams = 0) {
  return ReplayBuffer({.capacity = capacity, .obs_dim = kObs, .act_dim = kAct, .streams = streams});
}

/// Every number of transition k follows from k.
void AddTransition(ReplayBuffer* buffer, int k, int stream = 0) {
  const float f = static_cast<float>(k);
  const std::vector<float> observation{f, f + 0.1f, f + 0.2f}, action{-f, -f - 0.5f},
      next{f + 1, f + 1.1f, f + 1.2f};
  buffer->Add({observation, action, 10 * f, next, 1 / (f + 1)}, stream);
}

// the number of the transition in row `row`, after every part of it has been held against it
int Identify(const Batch& batch, int row) {
  const float f = batch.observations[row * kObs];
  EXPECT_EQ(batch.observations[row * kObs + 1], f + 0.1f);
  EXPECT_EQ(batch.observations[row * kObs + 2], f + 0.2f);
  EXPECT_EQ(batch.actions[row * kAct], -f);
  EXPECT_EQ(batch.actions[row * kAct + 1], -f - 0.5f);
  EXPECT_EQ(batch.rewards[row], 10 * f);
  EXPECT_EQ(batch.next_observations[row * kObs], f + 1);
  EXPECT_EQ(batch.next_observations[row * kObs + 2], f + 1.2f);
  EXPECT_EQ(batch.discounts[row], 1 / (f + 1));
  return static_cast<int>(f);
}

std::set<int> Contents(const ReplayBuffer& buffer) {
  Random random(1);
  Batch batch;
  std::set<int> seen;
  for (int i = 0; i < 40; ++i) {
    buffer.Sample(50, random, &batch);
    for (int row = 0; row < batch.size; ++row) seen.insert(Identify(batch, row));
  }
  return seen;
}

TEST(ReplayBufferTest, HoldsTheLastTransitionsWholeAndNothingElse) {
  constexpr int kCapacity = 7;
  ReplayBuffer buffer = Buffer(kCapacity);
  for (int k = 0; k < 30; ++k) {
    AddTransition(&buffer, k);
    std::set<int> expected;
    for (int i = std::max(0, k + 1 - kCapacity); i <= k; ++i) expected.insert(i);
    ASSERT_EQ(buffer.size(), static_cast<int64_t>(expected.size()));
    ASSERT_EQ(Contents(buffer), expected) << "after transition " << k;
  }
  EXPECT_EQ(buffer.capacity(), kCapacity);
}

TEST(ReplayBufferTest, SamplesUniformly) {
  constexpr int kSize = 20, kDraws = 40000;
  ReplayBuffer buffer = Buffer(kSize);
  for (int k = 0; k < kSize + 5; ++k) AddTransition(&buffer, k);
  Random random(2);
  Batch batch;
  std::vector<int> counts(kSize + 5);
  for (int i = 0; i < kDraws / 100; ++i) {
    buffer.Sample(100, random, &batch);
    for (int row = 0; row < 100; ++row) ++counts[Identify(batch, row)];
  }
  double chi_square = 0;
  const double expected = static_cast<double>(kDraws) / kSize;
  for (int k = 5; k < kSize + 5; ++k)
    chi_square += (counts[k] - expected) * (counts[k] - expected) / expected;
  // 19 degrees of freedom: exceeded with probability 1e-4
  EXPECT_LT(chi_square, 50.8);
  EXPECT_GT(chi_square, 3) << "too even to be random";
}

TEST(ReplayBufferTest, StreamDecidesTheSample) {
  ReplayBuffer buffer = Buffer(100);
  for (int k = 0; k < 100; ++k) AddTransition(&buffer, k);
  Random first(3), second(3), other(4);
  Batch a, b, c;
  buffer.Sample(32, first, &a);
  buffer.Sample(32, second, &b);
  buffer.Sample(32, other, &c);
  EXPECT_EQ(a.observations, b.observations);
  EXPECT_EQ(a.rewards, b.rewards);
  EXPECT_NE(a.observations, c.observations);
}

TEST(ReplayBufferTest, RestoredBufferGoesOnWhereItStood) {
  const ScratchFile file;
  for (const int filled : {0, 4, 11}) {
    ReplayBuffer original = Buffer(7), restored = Buffer(7);
    for (int k = 0; k < filled; ++k) AddTransition(&original, k);
    AddTransition(&restored, 77);
    {
      models::Archive archive;
      original.Serialize(archive, "replay");
      archive.Write(file.path());
    }
    models::Archive archive(file.path());
    restored.Serialize(archive, "replay");
    EXPECT_EQ(restored.size(), original.size());
    for (ReplayBuffer* buffer : {&original, &restored}) {
      for (int k = 20; k < 25; ++k) AddTransition(buffer, k);
    }
    EXPECT_EQ(Contents(restored), Contents(original));
  }
}

TEST(ReplayBufferTest, AnotherCapacityIsRefused) {
  const ScratchFile file;
  ReplayBuffer seven = Buffer(7), eight = Buffer(8);
  {
    models::Archive archive;
    seven.Serialize(archive, "replay");
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  EXPECT_THAT([&] { eight.Serialize(archive, "replay"); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("7"), HasSubstr("8"))));
}

/// Episodes of random length in three streams, through a ring that is far too small for them; the
/// record says which transitions follow each other.
TEST(ReplayBufferTest, SequencesAreTheEpisodesThatAreStillThere) {
  constexpr int kStreams = 3, kCapacity = 40;
  ReplayBuffer buffer = Buffer(kCapacity, kStreams);
  std::vector<std::vector<int>> episodes;  // of transition numbers
  std::vector<int> open(kStreams, -1);     // episode under way
  Random random(5);
  for (int k = 0; k < 500; ++k) {
    const int stream = static_cast<int>(random.Below(kStreams));
    if (open[stream] < 0) {
      open[stream] = static_cast<int>(episodes.size());
      episodes.emplace_back();
    }
    episodes[open[stream]].push_back(k);
    AddTransition(&buffer, k, stream);
    if (random.Below(12) == 0) {
      buffer.EndEpisode(stream);
      open[stream] = -1;
    }
    if (k % 50 != 49) continue;
    std::vector<int64_t> starts(buffer.size());
    for (int64_t i = 0; i < buffer.size(); ++i) starts[i] = i;
    const SequenceRows sequences = buffer.Sequences(starts, 4);
    Batch batch;
    batch.Resize(static_cast<int>(sequences.rows.size()), kObs, kAct);
    buffer.Gather(sequences.rows, &batch);
    for (int i = 0; i < sequences.count; ++i) {
      const int first = Identify(batch, i);
      const auto episode = std::ranges::find_if(
          episodes, [&](const auto& steps) { return std::ranges::count(steps, first) > 0; });
      const auto at = std::ranges::find(*episode, first);
      const auto expected = std::min<std::ptrdiff_t>(4, episode->end() - at);
      ASSERT_EQ(sequences.LengthOf(i), expected) << "from transition " << first;
      for (int t = 0; t < expected; ++t) {
        EXPECT_EQ(Identify(batch, t * sequences.count + i), *(at + t));
      }
      for (int t = static_cast<int>(expected); t < sequences.length; ++t) {
        EXPECT_EQ(batch.rewards[t * sequences.count + i], 0) << "behind the end";
      }
    }
  }
}

TEST(ReplayBufferTest, SequencesGoOnAfterRestoring) {
  const ScratchFile file;
  ReplayBuffer original = Buffer(7, 1), restored = Buffer(7, 1);
  for (int k = 0; k < 9; ++k) AddTransition(&original, k);
  {
    models::Archive archive;
    original.Serialize(archive, "replay");
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  restored.Serialize(archive, "replay");
  AddTransition(&restored, 9);
  // transition 8 stands in row 1, 9 in row 2
  EXPECT_EQ(restored.Sequences(std::vector<int64_t>{1}, 5).rows, (std::vector<int64_t>{1, 2}));
}

}  // namespace
}  // namespace sinew::agents
