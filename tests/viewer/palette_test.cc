#include "viewer/window/palette.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sinew::viewer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::string> kTexts{"play or pause", "next fixed camera", "free camera",
                                      "restart the episode"};

TEST(Palette, EveryWordMustOccur) {
  EXPECT_THAT(RankMatches(kTexts, "camera fix"), ElementsAre(1));
  EXPECT_THAT(RankMatches(kTexts, "camera pause"), IsEmpty());
}

TEST(Palette, BeginningsOfWordsComeFirst) {
  EXPECT_THAT(RankMatches({"unfree", "so free", "free it"}, "FREE"), ElementsAre(2, 1, 0));
}

TEST(Palette, AnEmptyQueryKeepsTheOrder) {
  EXPECT_THAT(RankMatches(kTexts, " "), ElementsAre(0, 1, 2, 3));
}

}  // namespace
}  // namespace sinew::viewer
