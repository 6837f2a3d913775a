#include "viewer/analysis/frame_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sinew::viewer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

FrameSample Sample(double panels_ms, int missed = 0) {
  return {.physics_ms = 1,
          .policy_ms = 0.5,
          .panels_ms = panels_ms,
          .scene_ms = 0.25,
          .opengl_ms = 8,
          .interval_ms = 20,
          .steps = 2,
          .missed = missed};
}

double Panels(const FrameSample& sample) { return sample.panels_ms; }

TEST(FrameLog, GivesQuantiles) {
  FrameLog log;
  EXPECT_EQ(log.Quantile(Panels, 0.5), 0);
  for (const int value : {5, 1, 4, 2, 3}) log.Add(Sample(value));
  EXPECT_EQ(log.Quantile(Panels, 0.5), 3);
  EXPECT_EQ(log.Quantile(Panels, 0), 1);
  EXPECT_EQ(log.Quantile(Panels, 0.8), 4);
  EXPECT_EQ(log.Quantile(Panels, 1), 5);
}

TEST(FrameLog, MeansTheLastPictures) {
  FrameLog log;
  EXPECT_EQ(log.Mean(10).panels_ms, 0);
  for (const int value : {100, 2, 4}) log.Add(Sample(value));
  EXPECT_DOUBLE_EQ(log.Mean(2).panels_ms, 3);
  EXPECT_DOUBLE_EQ(log.Mean(2).interval_ms, 20);
  EXPECT_DOUBLE_EQ(log.Mean(99).panels_ms, 106.0 / 3);
  EXPECT_DOUBLE_EQ(log.Mean(2).drawing_ms(), 3.25);
}

TEST(FrameLog, CountsWhatCameTooLateForEver) {
  FrameLog log;
  for (size_t i = 0; i < FrameLog::kMost + 10; ++i) log.Add(Sample(1, i < 10 ? 3 : 0));
  EXPECT_EQ(log.size(), FrameLog::kMost);
  EXPECT_EQ(log.missed(), 30);
}

TEST(FrameLog, StacksWhatAPictureIsMadeOf) {
  FrameLog log;
  for (const int value : {7, 2, 4}) log.Add(Sample(value));
  const PlotData plot = log.Plot(2);
  ASSERT_EQ(plot.series.size(), 10u);
  EXPECT_EQ(plot.x0, -2);
  EXPECT_EQ(plot.series[4].name, "panels");
  // physics 1 and policy 0.5 below, the scene's 0.25 and OpenGL's 8 above
  EXPECT_THAT(plot.series[4].values, ElementsAre(1.5f, 1.5f));
  EXPECT_THAT(plot.series[5].values, ElementsAre(3.5f, 5.5f));
  EXPECT_THAT(plot.series[9].values, ElementsAre(11.75f, 13.75f));
  EXPECT_THAT(log.Plot(4).series[5].values, ElementsAre(0.0f, 8.5f, 3.5f, 5.5f));
}

TEST(FrameLog, TellsInATable) {
  FrameLog log;
  for (int i = 0; i < 50; ++i) log.Add(Sample(2, i == 0 ? 4 : 0));
  const std::string table = log.Table();
  EXPECT_THAT(table, HasSubstr("50 pictures in 1.0 s (50.0 /s), 100 control steps, 4 too late"));
  EXPECT_THAT(table, HasSubstr("drawing without OpenGL      2.250    2.250    2.250"));
}

}  // namespace
}  // namespace sinew::viewer
