#include "agents/rollout/minibatches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "agents/rollout/rollout_buffer.h"

namespace sinew::agents {
namespace {

using ::testing::ElementsAreArray;

constexpr int kEnvs = 3;

/// A rollout of so many steps; step 4 of environment 1 diverges.
RolloutBuffer Rollout(int steps) {
  RolloutBuffer rollout(steps, kEnvs, 1, 1);
  const std::vector<float> values(kEnvs);
  while (!rollout.full()) {
    std::vector<spec::StepResult> results(kEnvs);
    results[1].diverged = rollout.steps() == 4;
    rollout.Add({values, values, values, values, results});
  }
  return rollout;
}

std::vector<int> AllRows(const std::vector<Minibatch>& minibatches) {
  std::vector<int> rows;
  for (const Minibatch& minibatch : minibatches) {
    rows.insert(rows.end(), minibatch.rows.begin(), minibatch.rows.end());
  }
  std::ranges::sort(rows);
  return rows;
}

TEST(MinibatchesTest, EveryRowComesOnceInEveryOrder) {
  const RolloutBuffer rollout = Rollout(11);
  for (const int length : {0, 1, 4, 11, 50}) {
    MinibatchOrder order(1, length);
    order.Assign(rollout);
    ASSERT_EQ(order.rows().size(), 11 * kEnvs - 1);
    for (const int batch : {1, 5, 12, 1000}) {
      const auto minibatches = order.Shuffle(batch);
      EXPECT_THAT(AllRows(minibatches), ElementsAreArray(order.rows()))
          << "pieces of " << length << ", batch " << batch;
    }
  }
}

TEST(MinibatchesTest, RowsStandWhereThePassHasThem) {
  const RolloutBuffer rollout = Rollout(11);
  MinibatchOrder order(1, 4);
  order.Assign(rollout);
  for (const Minibatch& minibatch : order.Shuffle(8)) {
    const int pieces = static_cast<int>(minibatch.pieces.size());
    EXPECT_EQ(minibatch.steps, 4);
    for (size_t i = 0; i < minibatch.rows.size(); ++i) {
      const Piece& piece = minibatch.pieces[minibatch.places[i] % pieces];
      const int step = piece.first + minibatch.places[i] / pieces;
      EXPECT_EQ(minibatch.rows[i], step * kEnvs + piece.env);
    }
    // the last piece begins early: steps 7 to 10
    for (const Piece& piece : minibatch.pieces) EXPECT_LE(piece.first, 7);
  }
}

TEST(MinibatchesTest, OrdersDiffer) {
  const RolloutBuffer rollout = Rollout(8);
  MinibatchOrder order(1, 2);
  order.Assign(rollout);
  const auto first = order.Shuffle(1000).front().rows;
  const std::vector<int> before(first.begin(), first.end());
  const auto second = order.Shuffle(1000).front().rows;
  EXPECT_NE(before, std::vector<int>(second.begin(), second.end()));
}

}  // namespace
}  // namespace sinew::agents
