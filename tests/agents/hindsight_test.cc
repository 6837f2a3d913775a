#include "agents/replay/hindsight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "core/error.h"
#include "tests/agents/line_goals.h"
#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double kGamma = 0.9, kScale = 0.5;

enum class End { kNone, kTerminated, kTruncated, kDiverged };

/// What happened, for the reference: positions [steps + 1] and actions [steps] of each episode.
struct Episode {
  std::vector<float> positions, actions;
  bool terminated = false;
};

Hindsight MakeHindsight(int n, int64_t capacity = 1000, int num_envs = 1) {
  return {{.capacity = capacity,
           .num_envs = num_envs,
           .obs_dim = 3,
           .act_dim = 1,
           .n_step = n,
           .gamma = kGamma,
           .reward_scale = kScale},
          std::make_shared<LineGoals>()};
}

/// Random episodes in which no position comes twice. @return  those that can be drawn from.
std::vector<Episode> Live(Hindsight* hindsight, int env, int count, Random& random) {
  std::vector<Episode> episodes;
  float position = static_cast<float>(1000 * env);
  for (int k = 0; k < count; ++k) {
    Episode episode;
    const auto length = 1 + static_cast<int>(random.Below(6));
    const auto end = static_cast<End>(1 + random.Below(3));
    const auto goal = static_cast<float>(random.Below(100)) + 0.5f;
    for (int t = 0; t < length; ++t) {
      const float action = 1 + static_cast<float>(random.Below(3)), next = position + action;
      const bool last = t + 1 == length;
      const bool bad = last && end == End::kDiverged;
      hindsight->Add(env, std::vector<float>{position, goal, goal - position},
                     std::vector<float>{action}, std::vector<float>{next, goal, goal - next},
                     last && end == End::kTerminated, last && end == End::kTruncated, bad);
      episode.positions.push_back(position);
      if (bad) break;
      episode.actions.push_back(action);
      position = next;
      if (last) episode.positions.push_back(position);
    }
    position += 5;
    episode.terminated = end == End::kTerminated;
    if (!episode.actions.empty()) episodes.push_back(episode);
  }
  return episodes;
}

using Row = std::vector<float>;  // observation, action, return, next observation, discount

/// The definition: every step of every episode with every goal that was attained after it.
std::map<std::pair<float, float>, Row> BruteForce(const std::vector<Episode>& episodes, int n) {
  std::map<std::pair<float, float>, Row> rows;
  for (const Episode& e : episodes) {
    const auto steps = static_cast<int>(e.actions.size());
    for (int t = 0; t < steps; ++t) {
      for (int k = t + 1; k <= steps; ++k) {
        const float goal = e.positions[k];
        const int end = std::min(t + n, steps);
        double sum = 0;
        for (int i = t; i < end; ++i) {
          sum +=
              std::pow(kGamma, i - t) * kScale *
              LineGoals::RewardOf(goal - e.positions[i], e.actions[i], goal - e.positions[i + 1]);
        }
        const bool terminal = end == steps && e.terminated;
        const float now = e.positions[t], then = e.positions[end];
        rows[{now, goal}] = {now,
                             goal,
                             goal - now,
                             e.actions[t],
                             static_cast<float>(sum),
                             then,
                             goal,
                             goal - then,
                             terminal ? 0 : static_cast<float>(std::pow(kGamma, end - t))};
      }
    }
  }
  return rows;
}

std::map<std::pair<float, float>, Row> Draw(Hindsight* hindsight, int count) {
  Random random(7);
  Batch batch;
  batch.Resize(count, 3, 1);
  hindsight->Fill(0, count, random, &batch);
  std::map<std::pair<float, float>, Row> rows;
  for (int i = 0; i < count; ++i) {
    const float *now = &batch.observations[3 * i], *then = &batch.next_observations[3 * i];
    rows[{now[0], now[1]}] = {now[0],  now[1],  now[2],  batch.actions[i],  batch.rewards[i],
                              then[0], then[1], then[2], batch.discounts[i]};
  }
  return rows;
}

void ExpectEqual(const std::map<std::pair<float, float>, Row>& actual,
                 const std::map<std::pair<float, float>, Row>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [key, row] : expected) {
    ASSERT_TRUE(actual.contains(key)) << key.first << " towards " << key.second;
    for (size_t i = 0; i < row.size(); ++i) {
      EXPECT_NEAR(actual.at(key)[i], row[i], 1e-4) << "number " << i << " from " << key.first;
    }
  }
}

TEST(HindsightTest, DrawsEveryStepWithEveryLaterGoalAndNothingElse) {
  for (const int n : {1, 2, 3, 10}) {
    Random random(static_cast<uint64_t>(n));
    Hindsight hindsight = MakeHindsight(n);
    const auto episodes = Live(&hindsight, 0, 40, random);
    ExpectEqual(Draw(&hindsight, 20000), BruteForce(episodes, n));
  }
}

// positions 0, 1, 3 with actions 1, 2, then terminated; towards 3 from the start:
// 0.5 (-3 - 1) + 0.9 * 0.5 (-2 + 10 - 4) = -0.2
TEST(HindsightTest, TwoStepsWorkedOutByHand) {
  Hindsight hindsight = MakeHindsight(2);
  hindsight.Add(0, Row{0, 9, 9}, Row{1}, Row{1, 9, 8}, false, false, false);
  EXPECT_TRUE(hindsight.empty()) << "the episode is not over";
  hindsight.Add(0, Row{1, 9, 8}, Row{2}, Row{3, 9, 6}, true, false, false);
  const auto rows = Draw(&hindsight, 200);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_NEAR(rows.at({0, 3})[4], -0.2, 1e-6);
  EXPECT_EQ(rows.at({0, 3})[8], 0) << "terminal";
  EXPECT_EQ(rows.at({0, 3})[5], 3);
}

TEST(HindsightTest, SeveralEnvironmentsDoNotMix) {
  Random random(1);
  Hindsight hindsight = MakeHindsight(3, 1000, 2);
  auto episodes = Live(&hindsight, 0, 5, random);
  // an episode of environment 0 under way while environment 1 finishes some
  hindsight.Add(0, Row{500, 1, -499}, Row{1}, Row{501, 1, -500}, false, false, false);
  for (const Episode& episode : Live(&hindsight, 1, 5, random)) episodes.push_back(episode);
  hindsight.Add(0, Row{501, 1, -500}, Row{1}, Row{502, 1, -501}, false, true, false);
  episodes.push_back({{500, 501, 502}, {1, 1}, false});
  ExpectEqual(Draw(&hindsight, 8000), BruteForce(episodes, 3));
}

TEST(HindsightTest, AFullRingHoldsTheLastStepsAndReadsNoneTwice) {
  Random random(5);
  Hindsight hindsight = MakeHindsight(3, 23);
  const auto episodes = Live(&hindsight, 0, 60, random);
  const auto all = BruteForce(episodes, 3);
  const auto drawn = Draw(&hindsight, 4000);
  EXPECT_GT(drawn.size(), 15u);
  std::set<float> starts;
  for (const auto& [key, row] : drawn) {
    ASSERT_TRUE(all.contains(key)) << key.first << " towards " << key.second;
    for (size_t i = 0; i < row.size(); ++i) EXPECT_NEAR(row[i], all.at(key)[i], 1e-4);
    starts.insert(key.first);
  }
  // an episode's last row is no step
  EXPECT_LT(starts.size(), 23u);
  EXPECT_GE(*starts.rbegin(), episodes.back().positions.front());
}

TEST(HindsightTest, TheSmallestRingStillHoldsAStep) {
  Random random(5);
  Hindsight hindsight = MakeHindsight(3, 1);
  Live(&hindsight, 0, 20, random);
  EXPECT_EQ(Draw(&hindsight, 100).size(), 1u);
}

TEST(HindsightTest, GoalsAreDrawnEvenlyFromWhatFollows) {
  Hindsight hindsight = MakeHindsight(1);
  for (int t = 0; t < 5; ++t) {
    const auto x = static_cast<float>(t);
    hindsight.Add(0, Row{x, 9, 9 - x}, Row{1}, Row{x + 1, 9, 8 - x}, false, t == 4, false);
  }
  Random random(2);
  Batch batch;
  batch.Resize(20000, 3, 1);
  hindsight.Fill(0, batch.size, random, &batch);
  std::map<std::pair<float, float>, int> counts;
  for (int i = 0; i < batch.size; ++i) {
    ++counts[{batch.observations[3 * i], batch.observations[3 * i + 1]}];
  }
  for (int t = 0; t < 5; ++t) {
    for (int k = t + 1; k <= 5; ++k) {
      const double expected = 20000.0 / 5 / (5 - t);
      EXPECT_NEAR((counts[{t, k}]), expected, 4 * std::sqrt(expected));
    }
  }
}

TEST(HindsightTest, RestoredOneKnowsEpisodesStoredAndUnderWay) {
  const ScratchFile file;
  Random random(3), other(4);
  Hindsight original = MakeHindsight(2, 40), restored = MakeHindsight(2, 40);
  Live(&original, 0, 30, random);
  Live(&restored, 0, 3, other);
  original.Add(0, Row{900, 1, -899}, Row{1}, Row{901, 1, -900}, false, false, false);
  {
    models::Archive archive;
    original.Serialize(archive, "h");
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  restored.Serialize(archive, "h");
  for (Hindsight* hindsight : {&original, &restored}) {
    hindsight->Add(0, Row{901, 1, -900}, Row{1}, Row{902, 1, -901}, false, true, false);
  }
  EXPECT_EQ(Draw(&restored, 500), Draw(&original, 500));
  EXPECT_TRUE((Draw(&restored, 2000).contains({900, 902})));

  Hindsight larger = MakeHindsight(2, 41);
  models::Archive again(file.path());
  EXPECT_THAT([&] { larger.Serialize(again, "h"); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("40"), HasSubstr("41"))));
}

}  // namespace
}  // namespace sinew::agents
