#include "media/gif_palette.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/media/media_testing.h"

namespace sinew::media {
namespace {

// the picture that the indices stand for
sim::Image Draw(GifPalette* palette, const sim::Image& image) {
  std::vector<uint8_t> indices(static_cast<size_t>(image.width) * image.height);
  palette->Quantize(image, indices.data(), image.width);
  sim::Image drawn{image.width, image.height, {}};
  for (const uint8_t index : indices) {
    EXPECT_NE(index, GifPalette::kTransparent);
    const uint32_t color = palette->colors()[index];
    for (int shift : {16, 8, 0}) drawn.rgb.push_back(static_cast<uint8_t>(color >> shift));
  }
  return drawn;
}

double RootMeanSquareError(const sim::Image& a, const sim::Image& b) {
  double sum = 0;
  for (size_t i = 0; i < a.rgb.size(); ++i) sum += std::pow(double(a.rgb[i]) - b.rgb[i], 2);
  return std::sqrt(sum / static_cast<double>(a.rgb.size()));
}

// red grows to the right and green downwards: 4096 colours
sim::Image Gradient() {
  sim::Image image = Plain(64, 64, 0, 0, 90);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      image.rgb[3 * (64 * y + x)] = static_cast<uint8_t>(4 * x);
      image.rgb[3 * (64 * y + x) + 1] = static_cast<uint8_t>(4 * y);
    }
  }
  return image;
}

TEST(GifPalette, APlainImageKeepsItsColour) {
  GifPalette palette;
  EXPECT_EQ(Draw(&palette, Plain(16, 16, 200, 30, 77)).rgb, Plain(16, 16, 200, 30, 77).rgb);
}

TEST(GifPalette, AGradientStaysWithinTheStepsThat255ColoursAllow) {
  GifPalette palette;
  // 255 colours over a square of 256 x 256 levels are 16 levels apart: uniform rounding within +-8
  // is 16/sqrt(12) = 4.6 in two of three channels, dithering over +-5 adds 2.9 to each, 4.4 in the
  // mean of all three
  EXPECT_LT(RootMeanSquareError(Draw(&palette, Gradient()), Gradient()), 6);
}

TEST(GifPalette, IsKeptWhileItFits) {
  GifPalette palette;
  Draw(&palette, Gradient());
  const auto before = palette.colors();
  sim::Image similar = Gradient();
  for (size_t i = 0; i < similar.rgb.size(); i += 3) similar.rgb[i] ^= 1;
  Draw(&palette, similar);
  EXPECT_EQ(palette.colors(), before);
}

TEST(GifPalette, TakesANewColourThatCoversFewPixels) {
  GifPalette palette;
  sim::Image image = Plain(64, 64, 230, 230, 235);
  Draw(&palette, image);
  for (int i = 0; i < 9; ++i) {
    image.rgb[3 * (64 * 20 + i)] = 20;
    image.rgb[3 * (64 * 20 + i) + 2] = 20;
  }
  EXPECT_LT(RootMeanSquareError(Draw(&palette, image), image), 1);
}

TEST(GifPalette, LeavesOneEntryTransparent) {
  GifPalette palette;
  Draw(&palette, Noise(64, 64, 3));
  EXPECT_EQ(palette.colors()[GifPalette::kTransparent] >> 24, 0u);
  EXPECT_EQ(palette.colors()[0] >> 24, 255u);
}

}  // namespace
}  // namespace sinew::media
