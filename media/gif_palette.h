#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/render/renderer.h"

namespace sinew::media {

/// The 255 colours that a GIF frame is drawn with; the last entry of the table is left for
/// transparency. The palette is kept from frame to frame while it fits, so that still surfaces do
/// not flicker and compress to nothing.
class GifPalette {
 public:
  static constexpr int kTransparent = 255;

  /// One palette index per pixel of `image`, rows from the top, by the nearest colour after an 8x8
  /// ordered dither. Replaces the colours first if too many pixels have none near them.
  void Quantize(const sim::Image& image, uint8_t* indices, int stride);

  /// 0xAARRGGBB per index, as of the last Quantize().
  const std::array<uint32_t, 256>& colors() const { return colors_; }

 private:
  struct Misfit {
    double mean_squared = 0;  // distance of pixels from their colours
    double far_share = 0;     // of pixels without any colour near them
  };

  void Choose(const sim::Image& image);
  Misfit Measure(const sim::Image& image);
  bool Fits(const sim::Image& image);
  int Nearest(int r, int g, int b);

  std::array<uint32_t, 256> colors_{};
  // index by the upper six bits of each channel, -1: not looked up yet
  std::vector<int16_t> nearest_;
  Misfit when_chosen_;  // of the frame that the colours were chosen for
};

}  // namespace sinew::media
