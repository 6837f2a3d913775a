#include "media/film_strip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/error.h"
#include "tests/media/media_testing.h"

namespace sinew::media {
namespace {

using ::testing::ElementsAreArray;

TEST(FilmStrip, PutsImagesSideBySideWithAGap) {
  const std::vector images{Plain(2, 2, 10, 11, 12), Plain(1, 2, 20, 21, 22)};
  const sim::Image strip = FilmStrip(images, 1, {7, 8, 9});
  EXPECT_EQ(strip.width, 4);
  EXPECT_EQ(strip.height, 2);
  const int rows[] = {10, 11, 12, 10, 11, 12, 7, 8, 9, 20, 21, 22,   // upper
                      10, 11, 12, 10, 11, 12, 7, 8, 9, 20, 21, 22};  // lower
  EXPECT_THAT(strip.rgb, ElementsAreArray(rows));
}

TEST(FilmStrip, OfOneImageIsThatImage) {
  const std::vector images{Noise(5, 3, 1)};
  EXPECT_EQ(FilmStrip(images, 9).rgb, images[0].rgb);
}

TEST(FilmStrip, RefusesNoneUnequalHeightsAndANegativeGap) {
  EXPECT_THROW(FilmStrip({}), Error);
  const std::vector images{Plain(2, 2, 0, 0, 0), Plain(2, 3, 0, 0, 0)};
  EXPECT_THROW(FilmStrip(images), Error);
  EXPECT_THROW(FilmStrip(std::span(images).first(1), -1), Error);
}

}  // namespace
}  // namespace sinew::media
