#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "sim/render/renderer.h"

namespace sinew::media {

/// Images of equal height side by side, left to right, with `gap` pixels of `background` between
/// them.
/// @throws Error if there is none or their heights differ.
sim::Image FilmStrip(std::span<const sim::Image> images, int gap = 4,
                     std::array<uint8_t, 3> background = {255, 255, 255});

}  // namespace sinew::media
