#include "agents/replay/replay_buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

/// Every number of transition k follows from k.
void AddTransition(ReplayBuffer* buffer, int k) {
  const float f = static_cast<float>(k);
  buffer->Add(std::vector<float>{f, f + 0.1f, f + 0.2f}, std::vector<float>{-f, -f - 0.5f}, 10 * f,
              std::vector<float>{f + 1, f + 1.1f, f + 1.2f}, 1 / (f + 1));
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
  ReplayBuffer buffer(kCapacity, kObs, kAct);
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
  ReplayBuffer buffer(kSize, kObs, kAct);
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
  ReplayBuffer buffer(100, kObs, kAct);
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
    ReplayBuffer original(7, kObs, kAct), restored(7, kObs, kAct);
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
  ReplayBuffer seven(7, kObs, kAct), eight(8, kObs, kAct);
  {
    models::Archive archive;
    seven.Serialize(archive, "replay");
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  EXPECT_THAT([&] { eight.Serialize(archive, "replay"); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("7"), HasSubstr("8"))));
}

}  // namespace
}  // namespace sinew::agents
