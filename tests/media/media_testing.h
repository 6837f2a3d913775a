#pragma once

#include <cstdint>
#include <vector>

#include "sim/render/renderer.h"
#include "tests/core/temporary_folder.h"

namespace sinew::media {

/// One colour all over.
inline sim::Image Plain(int width, int height, uint8_t r, uint8_t g, uint8_t b) {
  sim::Image image{width, height, std::vector<uint8_t>(3 * static_cast<size_t>(width) * height)};
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    image.rgb[i] = r;
    image.rgb[i + 1] = g;
    image.rgb[i + 2] = b;
  }
  return image;
}

/// Every pixel another colour, the same for equal seeds: nothing compresses it.
inline sim::Image Noise(int width, int height, uint32_t seed) {
  sim::Image image{width, height, {}};
  for (int i = 0; i < 3 * width * height; ++i) {
    seed = seed * 1664525u + 1013904223u;  // Numerical Recipes' linear congruential generator
    image.rgb.push_back(static_cast<uint8_t>(seed >> 24));
  }
  return image;
}

}  // namespace sinew::media
