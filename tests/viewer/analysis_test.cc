#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/viewer/test_task.h"
#include "viewer/analysis/landscape.h"
#include "viewer/analysis/sensitivity.h"
#include "viewer/analysis/survival.h"
#include "viewer/session/series.h"
#include "viewer/session/session.h"

namespace sinew::viewer {
namespace {

// a_0 = 0.3 o_0 - 0.2 o_2, a_1 = 0.1 o_1
class LinearPolicy : public spec::Policy {
 public:
  std::string name() const override { return "linear"; }
  void Act(std::span<const float> o, std::span<float> action) override {
    action[0] = 0.3f * o[0] - 0.2f * o[2];
    action[1] = 0.1f * o[1];
  }
};

TEST(Sensitivity, IsTheSlopeTimesTheSpread) {
  LinearPolicy policy;
  const std::vector<float> observation{0.5f, -0.3f, 0.1f, 0}, spread{1, 2, 10, 1};
  const Sensitivity s = ComputeSensitivity(policy, observation, spread, 2);
  EXPECT_NEAR(s.at(0, 0), 0.3, 1e-4);
  EXPECT_NEAR(s.at(0, 2), -2, 1e-4);
  EXPECT_NEAR(s.at(1, 1), 0.2, 1e-4);
  EXPECT_EQ(s.at(1, 0), 0);
  EXPECT_NEAR(s.Largest(), 2, 1e-4);
}

// Q = o_0 - (a_0 - 0.5)^2 - 2 (a_1 + 0.25)^2, V = o_0
class BowlValue : public spec::ValueFunction {
 public:
  double Value(std::span<const float> o) override { return o[0]; }
  bool rates_actions() const override { return true; }
  double ActionValue(std::span<const float> o, std::span<const float> a) override {
    return o[0] - std::pow(a[0] - 0.5, 2) - 2 * std::pow(a[1] + 0.25, 2);
  }
  double gamma() const override { return 0.5; }
};

TEST(Landscape, IsTheAdvantageOverTwoJoints) {
  BowlValue value;
  const std::vector<float> observation{7}, action{0, 0, 0.9f};
  const Landscape landscape = ComputeLandscape(value, observation, action, 0, 1, 9);
  EXPECT_FLOAT_EQ(landscape.best_x, 0.5f);
  EXPECT_FLOAT_EQ(landscape.best_y, -0.25f);
  EXPECT_FLOAT_EQ(landscape.high, 0);
  EXPECT_FLOAT_EQ(landscape.at(0, 3), -2.25f);  // a = (-1, -0.25)
  EXPECT_FLOAT_EQ(landscape.low, -2.25f - 2 * 1.5625f);
}

TEST(Landscape, InPiecesIsTheSame) {
  BowlValue value;
  const std::vector<float> observation{7}, action{0, 0, 0.9f};
  LandscapeWork work;
  EXPECT_FALSE(work.Advance(value, 10));
  work.Begin(observation, action, 1, 0, 9);
  EXPECT_FALSE(work.Advance(value, 40));
  EXPECT_FALSE(work.Advance(value, 40));
  EXPECT_TRUE(work.busy());
  EXPECT_TRUE(work.Advance(value, 40));  // the last of 81
  EXPECT_FALSE(work.busy());
  EXPECT_EQ(work.result().values, ComputeLandscape(value, observation, action, 1, 0, 9).values);
  EXPECT_FLOAT_EQ(work.result().best_x, -0.25f);
}

TEST(ValuePlot, ShowsWhatWasEarnedBesideWhatWasExpected) {
  PolicyCard card = *CardFor<RememberingPolicy>("rated");
  card.make_value = [] { return std::make_unique<BowlValue>(); };
  Session session(std::make_shared<SwingTask>(),
                  std::make_unique<FixedPolicySource>(std::make_shared<PolicyCard>(card)), {});
  for (int i = 0; i < 3; ++i) session.Step();
  session.Seek(2);
  const PlotData plot = ValuePlot(session.history(), session.spec(), 0.5);
  ASSERT_EQ(plot.series.size(), 3u);
  const History& h = session.history();
  EXPECT_FLOAT_EQ(plot.series[0].values[0], static_cast<float>(h[0].state.observation[0]));
  const double earned = h[1].result.reward + 0.5 * h[2].result.reward + 0.25 * h[3].result.reward;
  EXPECT_FLOAT_EQ(plot.series[2].values[0], static_cast<float>(earned));
  EXPECT_EQ(plot.series[2].values.size(), 2u);
}

/// Ends once the upper arm has swung beyond 1.5 rad.
class FallingTask : public SwingTask {
 public:
  using SwingTask::SwingTask;
  bool Terminated(const sim::Simulation& simulation) const override {
    return std::abs(simulation.data()->qpos[0]) > 1.5;
  }
};

class ZeroPolicy : public spec::Policy {
 public:
  std::string name() const override { return "zero"; }
  void Act(std::span<const float>, std::span<float> action) override {
    std::ranges::fill(action, 0.0f);
  }
};

TEST(SurvivalMap, WeakPushesAreSurvivedAndStrongOnesAlongTheSwingAreNot) {
  const auto task = std::make_shared<FallingTask>();
  Session session(task, std::make_unique<FixedPolicySource>(CardFor<ZeroPolicy>("zero")), {});
  SurvivalOptions options;
  options.body = SwingTask::kLowerBody;
  options.max_newtons = 200;
  options.directions = 4;
  options.levels = 4;
  options.horizon_s = 1;
  SurvivalMap map(task, session.seed(), session.frame(), options);
  while (map.done() < map.total()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  using Outcome = SurvivalCell::Outcome;
  // the arm swings about y: x pushes it round, y does nothing at all
  EXPECT_EQ(map.cell(0, 3).outcome, Outcome::kFailed);
  EXPECT_EQ(map.cell(1, 3).outcome, Outcome::kSurvived);
  EXPECT_NEAR(map.cell(1, 3).lost, 0, 1e-9);
  EXPECT_GT(map.SurvivedShare(), 0.4);
  EXPECT_LT(map.SurvivedShare(), 1);
  EXPECT_EQ(map.Newtons(3), 200);
}

TEST(SurvivalMap, StopsWhenItIsNoLongerWanted) {
  const auto task = std::make_shared<SwingTask>();
  Session session(task, std::make_unique<FixedPolicySource>(CardFor<ZeroPolicy>("zero")), {});
  SurvivalOptions options;
  options.directions = 1000;
  options.levels = 1000;
  const auto map = std::make_unique<SurvivalMap>(task, 0, session.frame(), options);
  EXPECT_LT(map->done(), map->total());
}

}  // namespace
}  // namespace sinew::viewer
