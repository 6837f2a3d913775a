#include "viewer/session/history.h"

#include <gtest/gtest.h>

namespace sinew::viewer {
namespace {

Frame MakeFrame(int64_t step, size_t values = 1) {
  Frame frame;
  frame.begins = step == 0;
  frame.state.step = step;
  frame.state.simulation.values.resize(values);
  return frame;
}

TEST(History, KeepsTheNewestFramesUpToTheCount) {
  History history(3, 1 << 20);
  for (int i = 0; i < 5; ++i) history.Push(MakeFrame(i));
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0].state.step, 2);
  EXPECT_EQ(history.current().state.step, 4);
}

TEST(History, KeepsWithinTheBytesButAlwaysOneFrame) {
  const size_t one = MakeFrame(0, 1000).bytes();
  History history(100, 2 * one + one / 2);
  for (int i = 0; i < 5; ++i) history.Push(MakeFrame(i, 1000));
  EXPECT_EQ(history.size(), 2u);
  EXPECT_EQ(history.bytes(), 2 * one);
  history.Push(MakeFrame(9, 100000));
  EXPECT_EQ(history.size(), 1u);
  EXPECT_EQ(history.current().state.step, 9);
}

TEST(History, PushFromThePastMakesTheFutureABranch) {
  History history(10, 1 << 20);
  for (int i = 0; i < 5; ++i) history.Push(MakeFrame(i));
  history.Seek(1);
  EXPECT_FALSE(history.at_newest());
  history.Push(MakeFrame(7));
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[1].state.step, 1);
  EXPECT_EQ(history[2].state.step, 7);
  ASSERT_EQ(history.branches().size(), 1u);
  EXPECT_EQ(history.branches()[0].frames.size(), 3u);
  EXPECT_EQ(history.ForkIndex(history.branches()[0]), 1u);
  EXPECT_EQ(history.bytes(), 6 * MakeFrame(0).bytes());
}

// steps 0 1 2 3 4; from 3 on: 13; from 1 on: 22 23
History Forked() {
  History history(100, 1 << 20);
  for (int i = 0; i < 5; ++i) history.Push(MakeFrame(i));
  history.Seek(3);
  history.Push(MakeFrame(13));
  history.Seek(1);
  history.Push(MakeFrame(22));
  history.Push(MakeFrame(23));
  return history;
}

std::vector<int64_t> Steps(const History& history) {
  std::vector<int64_t> steps;
  for (size_t i = 0; i < history.size(); ++i) steps.push_back(history[i].state.step);
  return steps;
}

TEST(History, ABranchTakesItsOwnBranchesWithItAndBringsThemBack) {
  History history = Forked();
  ASSERT_EQ(history.branches().size(), 1u);
  EXPECT_EQ(history.branches()[0].nested.size(), 1u);
  history.SwitchTo(0);
  EXPECT_EQ(Steps(history), (std::vector<int64_t>{0, 1, 2, 3, 13}));
  EXPECT_EQ(history.cursor(), 1u);
  ASSERT_EQ(history.branches().size(), 2u);
  // the one that forks at step 3 leads back to the first line
  const size_t first = history.ForkIndex(history.branches()[0]) == 3 ? 0 : 1;
  history.SwitchTo(first);
  EXPECT_EQ(Steps(history), (std::vector<int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(history.bytes(), 8 * MakeFrame(0).bytes());
}

TEST(History, ForgetsBranchesBeforeFrames) {
  History history(7, 1 << 20);
  for (int i = 0; i < 5; ++i) history.Push(MakeFrame(i));
  history.Seek(2);
  for (int i = 0; i < 3; ++i) history.Push(MakeFrame(10 + i));
  EXPECT_TRUE(history.branches().empty());
  EXPECT_EQ(Steps(history), (std::vector<int64_t>{0, 1, 2, 10, 11, 12}));
  EXPECT_EQ(history.bytes(), 6 * MakeFrame(0).bytes());
}

TEST(History, FindsWhereTheEpisodeBeginsAndEnds) {
  History history(10, 1 << 20);
  for (int i = 0; i < 3; ++i) history.Push(MakeFrame(i));
  for (int i = 0; i < 2; ++i) history.Push(MakeFrame(i));
  EXPECT_EQ(history.EpisodeBegin(), 3u);
  history.Seek(2);
  EXPECT_EQ(history.EpisodeBegin(), 0u);
  history.Seek(1);
  EXPECT_EQ(history.EpisodeEnd(), 3u);
}

}  // namespace
}  // namespace sinew::viewer
