#include "media/film_strip.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "media/png.h"

namespace sinew::media {

sim::Image FilmStrip(std::span<const sim::Image> images, int gap,
                     std::array<uint8_t, 3> background) {
  if (images.empty()) throw Error("a film strip needs at least one image");
  if (gap < 0) throw Error(fmt::format("film strip gap of {} pixels: must not be negative", gap));
  sim::Image strip{.width = -gap, .height = images[0].height, .rgb = {}};
  for (const sim::Image& image : images) {
    CheckImage(image);
    if (image.height != strip.height) {
      throw Error(fmt::format("film strip of images {} and {} pixels high: all must be equal",
                              strip.height, image.height));
    }
    strip.width += image.width + gap;
  }
  strip.rgb.resize(3 * static_cast<size_t>(strip.width) * strip.height);
  for (size_t i = 0; i < strip.rgb.size(); ++i) strip.rgb[i] = background[i % 3];
  size_t left = 0;  // of the next image, in bytes
  for (const sim::Image& image : images) {
    const size_t row = 3 * static_cast<size_t>(image.width);
    for (size_t y = 0; y < static_cast<size_t>(strip.height); ++y) {
      std::copy_n(&image.rgb[row * y], row, &strip.rgb[3 * strip.width * y + left]);
    }
    left += row + 3 * static_cast<size_t>(gap);
  }
  return strip;
}

}  // namespace sinew::media
