#include "core/names.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sinew {
namespace {

const std::vector<std::string> kTasks{"pendulum", "reacher", "arm-reach"};

TEST(NearestName, FindsSlips) {
  EXPECT_EQ(NearestName("reachr", kTasks), "reacher");
  EXPECT_EQ(NearestName("pendulumm", kTasks), "pendulum");
  EXPECT_EQ(NearestName("arm_reach", kTasks), "arm-reach");
}

TEST(NearestName, ASwapOfNeighboursCountsOnce) {
  // one swap from "ab", two replacements from "cd"-like names: "ba" -> "ab" is 1, -> "bcd" is 2
  EXPECT_EQ(NearestName("ba", std::vector<std::string>{"bcd", "ab"}), "ab");
}

TEST(NearestName, IsEmptyWithoutCandidates) { EXPECT_EQ(NearestName("x", {}), ""); }

TEST(NearestName, TakesTheFirstOfEquals) {
  EXPECT_EQ(NearestName("c", std::vector<std::string>{"a", "b"}), "a");
}

TEST(OneLine, MakesBlanksOfControlCharacters) {
  EXPECT_EQ(OneLine("a\nb\tc\x7f 5 µm\r\n"), "a b c  5 µm");
  EXPECT_EQ(OneLine("\n"), "");
}

TEST(UnknownName, OffersTheNearestAndListsAll) {
  EXPECT_EQ(UnknownName("task", "reachr", kTasks),
            "unknown task 'reachr': did you mean 'reacher'? Known: pendulum, reacher, arm-reach");
}

TEST(UnknownName, SaysWhenThereIsNone) {
  EXPECT_EQ(UnknownName("agent", "ddpg", {}), "unknown agent 'ddpg': there is none");
}

}  // namespace
}  // namespace sinew
