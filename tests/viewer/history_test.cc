#include "viewer/history.h"

#include <gtest/gtest.h>

namespace sinew::viewer {
namespace {

Frame MakeFrame(int64_t step, std::shared_ptr<ObservationLog> log, size_t values = 1) {
  Frame frame;
  frame.state.step = step;
  frame.state.simulation.values.resize(values);
  frame.log = std::move(log);
  return frame;
}

TEST(History, KeepsTheNewestFramesUpToTheCount) {
  History history(3, 1 << 20);
  for (int i = 0; i < 5; ++i) history.Push(MakeFrame(i, nullptr));
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0].state.step, 2);
  EXPECT_EQ(history.current().state.step, 4);
}

TEST(History, KeepsWithinTheBytesButAlwaysOneFrame) {
  const size_t one = MakeFrame(0, nullptr, 1000).bytes();
  History history(100, 2 * one + one / 2);
  for (int i = 0; i < 5; ++i) history.Push(MakeFrame(i, nullptr, 1000));
  EXPECT_EQ(history.size(), 2u);
  EXPECT_EQ(history.bytes(), 2 * one);
  history.Push(MakeFrame(9, nullptr, 100000));
  EXPECT_EQ(history.size(), 1u);
  EXPECT_EQ(history.current().state.step, 9);
}

TEST(History, PushFromThePastCutsTheFuture) {
  History history(10, 1 << 20);
  for (int i = 0; i < 5; ++i) history.Push(MakeFrame(i, nullptr));
  history.Seek(1);
  EXPECT_FALSE(history.at_newest());
  history.Push(MakeFrame(7, nullptr));
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[1].state.step, 1);
  EXPECT_EQ(history[2].state.step, 7);
  EXPECT_EQ(history.bytes(), 3 * MakeFrame(0, nullptr).bytes());
}

TEST(History, FindsWhereTheEpisodeBegan) {
  History history(10, 1 << 20);
  const auto first = std::make_shared<ObservationLog>(),
             second = std::make_shared<ObservationLog>();
  for (int i = 0; i < 3; ++i) history.Push(MakeFrame(i, first));
  for (int i = 0; i < 2; ++i) history.Push(MakeFrame(i, second));
  EXPECT_EQ(history.EpisodeBegin(), 3u);
  history.Seek(2);
  EXPECT_EQ(history.EpisodeBegin(), 0u);
}

}  // namespace
}  // namespace sinew::viewer
