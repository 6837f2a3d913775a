#include "viewer/session/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/viewer/test_task.h"
#include "viewer/session/session.h"

namespace sinew::viewer {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

class SeriesTest : public ::testing::Test {
 protected:
  SeriesTest()
      : session_(std::make_shared<SwingTask>(500),
                 std::make_unique<FixedPolicySource>(CardFor<RememberingPolicy>("remembering")),
                 {}) {}
  Session session_;
};

TEST_F(SeriesTest, RewardPlotHasEveryTermAndTheirTotal) {
  for (int i = 0; i < 6; ++i) session_.Step();
  const PlotData plot = RewardPlot(session_.history(), session_.spec());
  ASSERT_EQ(plot.series.size(), 3u);
  EXPECT_EQ(plot.series[0].name, "distance");
  EXPECT_EQ(plot.series[2].name, "total");
  EXPECT_DOUBLE_EQ(plot.x0, 0.02);
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(plot.series[0].values.at(i) + plot.series[1].values.at(i),
                plot.series[2].values.at(i), 1e-6);
  }
}

TEST_F(SeriesTest, EpisodesAreStackedByTerm) {
  Session session(std::make_shared<SwingTask>(5),
                  std::make_unique<FixedPolicySource>(CardFor<RememberingPolicy>("short")), {});
  // a step beyond the end begins the next episode
  for (int i = 0; i < 11; ++i) session.Step();
  const auto& rows = session.episodes().rows();
  ASSERT_EQ(rows.size(), 2u);
  const PlotData plot = session.episodes().Plot(session.spec());
  ASSERT_EQ(plot.series.size(), 4u);
  for (size_t i = 0; i < 2; ++i) {
    // both terms are losses: the second lies below the first, and ends at the return
    EXPECT_EQ(plot.series[0].values.at(i), 0);
    EXPECT_FLOAT_EQ(plot.series[1].values.at(i), static_cast<float>(rows[i].terms[0]));
    EXPECT_EQ(plot.series[2].values.at(i), plot.series[1].values.at(i));
    EXPECT_NEAR(plot.series[3].values.at(i), rows[i].episode_return, 1e-5);
  }
}

TEST_F(SeriesTest, SumsAddUpToTheReturn) {
  for (int i = 0; i < 6; ++i) session_.Step();
  const auto sums = RewardSums(session_.history(), session_.spec());
  ASSERT_EQ(sums.size(), 3u);
  EXPECT_NEAR(sums[0] + sums[1], sums[2], 1e-12);
  EXPECT_EQ(sums[2], session_.env().episode_return());
}

TEST_F(SeriesTest, PlotsShowOnlyTheEpisodeUnderTheCursor) {
  for (int i = 0; i < 6; ++i) session_.Step();
  session_.NextEpisode();
  EXPECT_TRUE(RewardPlot(session_.history(), session_.spec()).series[0].values.empty());
  EXPECT_EQ(GoalDistancePlot(session_.history(), session_.spec()).series[0].values.size(), 1u);
  session_.Seek(4);
  EXPECT_EQ(RewardPlot(session_.history(), session_.spec()).series[0].values.size(), 4u);
}

TEST_F(SeriesTest, LongEpisodesShowTheirNewestPart) {
  for (int i = 0; i < kPlotSamples + 30; ++i) session_.Step();
  const PlotData plot = RewardPlot(session_.history(), session_.spec());
  EXPECT_EQ(plot.series[0].values.size(), static_cast<size_t>(kPlotSamples));
  EXPECT_NEAR(plot.x0, 0.02 * 31, 1e-9);
}

TEST_F(SeriesTest, JointLoadsAreInNewtonMetres) {
  session_.Step();
  Frame frame = session_.frame();
  frame.action = {0.5f, -1.2f};
  frame.torque = {2, -2};
  const auto loads = JointLoads(frame, session_.spec());
  ASSERT_EQ(loads.size(), 2u);
  EXPECT_EQ(loads[0].joint, "shoulder");
  EXPECT_EQ(loads[0].limit, 4);
  EXPECT_EQ(loads[0].torque, 2);
  EXPECT_FALSE(loads[0].saturated);
  EXPECT_TRUE(loads[1].saturated);
}

TEST(AxisTicks, AreRoundAndInside) {
  EXPECT_THAT(AxisTicks(0, 1, 5),
              Pointwise(DoubleNear(1e-12), std::vector{0.0, 0.2, 0.4, 0.6, 0.8, 1.0}));
  EXPECT_THAT(AxisTicks(-0.3, 0.1, 3), Pointwise(DoubleNear(1e-12), std::vector{-0.2, 0.0}));
  EXPECT_THAT(AxisTicks(10, 47, 4), ElementsAre(10, 20, 30, 40));
  EXPECT_TRUE(AxisTicks(1, 1, 4).empty());
}

TEST_F(SeriesTest, StackedTermsEndAtTheTotal) {
  for (int i = 0; i < 6; ++i) session_.Step();
  const PlotData plot = StackedRewardPlot(session_.history(), session_.spec());
  ASSERT_EQ(plot.series.size(), 4u);
  for (size_t i = 0; i < 6; ++i) {
    // both terms are losses: one hangs below the other
    EXPECT_EQ(plot.series[0].values[i], 0);
    EXPECT_EQ(plot.series[1].values[i], plot.series[2].values[i]);
    EXPECT_NEAR(plot.series[3].values[i], session_.history()[i + 1].result.reward, 1e-6);
  }
}

TEST_F(SeriesTest, ObservationsAreHeldAgainstTheTrainingRange) {
  PolicyCard card = *CardFor<RememberingPolicy>("trained");
  card.scaling = {.mean = {1, 0, 0, 0},
                  .scale = {2, 1, 1, 100},
                  .clip = 5,
                  .training_low = {0, 0, -1, 0},
                  .training_high = {2, 0, 1, 1}};
  Frame frame = session_.frame();
  frame.policy = std::make_shared<PolicyCard>(card);
  frame.state.observation = {1.5, 3, -2, 0.1};
  const auto rows = ObservationRows(frame, session_.spec());
  EXPECT_EQ(rows[0].name, "q_shoulder");
  EXPECT_EQ(*rows[0].normalised, 1);
  EXPECT_EQ(*rows[0].place, 0.75);
  EXPECT_FALSE(rows[0].out_of_range());
  EXPECT_FALSE(rows[1].place) << "nothing was seen but one value";
  EXPECT_EQ(*rows[2].place, -0.5);
  EXPECT_TRUE(rows[2].out_of_range());
  EXPECT_EQ(*rows[3].normalised, 5);
  EXPECT_TRUE(rows[3].clipped);
}

}  // namespace
}  // namespace sinew::viewer
