#include "media/gif_palette.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace sinew::media {
namespace {

constexpr int kColors = 255;
constexpr int kLevels = 64;  // levels a channel in the lookup table
constexpr int kShift = 2;    // from 256 levels to kLevels
constexpr int kDither = 10;  // peak to peak, about the step between neighbouring palette colours

// New colours are chosen when, since the last choice, the mean squared distance of pixels from
// their colours has grown by kMaxDrift, or the share of pixels farther away than kFar by
// kMaxFarShare: the first sees light and shade change, the second a small thing of a new colour.
// Distances in RGB, where black to white is 441.
constexpr double kMaxDrift = 16;
constexpr int kFar = 24;
constexpr double kMaxFarShare = 5e-4;

struct Sample {
  std::array<double, 3> rgb;  // mean of the pixels in one cell of the colour cube
  double weight;              // how many
};

// A group of samples that shares one colour.
struct Box {
  size_t begin, end;
  std::array<double, 3> mean;
  int axis;      // of the largest spread
  double error;  // sum of squared distances from the mean along that axis
};

int Cell(int r, int g, int b) {
  return ((r >> kShift) * kLevels + (g >> kShift)) * kLevels + (b >> kShift);
}

std::vector<Sample> Histogram(const sim::Image& image) {
  std::map<int, Sample> cells;
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    const uint8_t* p = &image.rgb[i];
    Sample& cell = cells[Cell(p[0], p[1], p[2])];
    for (int c = 0; c < 3; ++c) cell.rgb[c] += p[c];
    cell.weight += 1;
  }
  std::vector<Sample> samples;
  for (auto& [index, cell] : cells) {
    for (double& channel : cell.rgb) channel /= cell.weight;
    // the square root keeps large plain surfaces from taking the colours of small bright things
    samples.push_back({cell.rgb, std::sqrt(cell.weight)});
  }
  return samples;
}

Box MakeBox(const std::vector<Sample>& samples, size_t begin, size_t end) {
  Box box{begin, end, {}, 0, -1};
  for (int c = 0; c < 3; ++c) {
    double weight = 0, sum = 0, squares = 0;
    for (size_t i = begin; i < end; ++i) {
      weight += samples[i].weight;
      sum += samples[i].weight * samples[i].rgb[c];
      squares += samples[i].weight * samples[i].rgb[c] * samples[i].rgb[c];
    }
    box.mean[c] = sum / weight;
    const double error = squares - sum * sum / weight;
    if (error > box.error) {
      box.error = error;
      box.axis = c;
    }
  }
  return box;
}

// Divides the colours again and again at the mean of the axis with the largest squared error, in
// the manner of median cut (Heckbert 1982, "Color image quantization for frame buffer display")
// with variance in place of counts.
std::vector<Box> Divide(std::vector<Sample> samples) {
  std::vector<Box> boxes{MakeBox(samples, 0, samples.size())};
  while (boxes.size() < kColors) {
    const auto worst = std::ranges::max_element(boxes, {}, &Box::error);
    if (worst->end - worst->begin < 2 || worst->error < 1e-6) break;
    const auto middle = std::partition(
        samples.begin() + worst->begin, samples.begin() + worst->end,
        [&](const Sample& sample) { return sample.rgb[worst->axis] < worst->mean[worst->axis]; });
    const size_t split = middle - samples.begin(), end = worst->end;
    *worst = MakeBox(samples, worst->begin, split);
    boxes.push_back(MakeBox(samples, split, end));
  }
  return boxes;
}

int SquaredDistance(uint32_t color, int r, int g, int b) {
  const int dr = static_cast<int>(color >> 16 & 255) - r,
            dg = static_cast<int>(color >> 8 & 255) - g, db = static_cast<int>(color & 255) - b;
  return dr * dr + dg * dg + db * db;
}

// Bayer's ordered dither matrix of 8x8, -0.5 to 0.5: the bits of x^y and y interleaved from the
// lowest up.
double Bayer(int x, int y) {
  int value = 0;
  for (int bit = 0; bit < 3; ++bit) {
    value = value << 2 | ((x ^ y) >> bit & 1) << 1 | (y >> bit & 1);
  }
  return (value + 0.5) / 64 - 0.5;
}

}  // namespace

void GifPalette::Quantize(const sim::Image& image, uint8_t* indices, int stride) {
  if (nearest_.empty() || !Fits(image)) Choose(image);
  static const auto kOffsets = [] {
    std::array<std::array<int, 8>, 8> offsets;
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 8; ++x)
        offsets[y][x] = static_cast<int>(std::lround(kDither * Bayer(x, y)));
    }
    return offsets;
  }();
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* row = &image.rgb[3 * static_cast<size_t>(image.width) * y];
    for (int x = 0; x < image.width; ++x) {
      const auto shifted = [&](int c) {
        return std::clamp(row[3 * x + c] + kOffsets[y % 8][x % 8], 0, 255);
      };
      indices[static_cast<size_t>(stride) * y + x] =
          static_cast<uint8_t>(Nearest(shifted(0), shifted(1), shifted(2)));
    }
  }
}

void GifPalette::Choose(const sim::Image& image) {
  const std::vector<Box> boxes = Divide(Histogram(image));
  colors_.fill(0);
  for (int i = 0; i < kColors; ++i) {
    const auto& mean = boxes[std::min<size_t>(i, boxes.size() - 1)].mean;
    const auto channel = [&](int c) { return static_cast<uint32_t>(std::lround(mean[c])); };
    colors_[i] = 0xFF000000u | channel(0) << 16 | channel(1) << 8 | channel(2);
  }
  nearest_.assign(kLevels * kLevels * kLevels, -1);
  when_chosen_ = Measure(image);
}

GifPalette::Misfit GifPalette::Measure(const sim::Image& image) {
  double sum = 0, far = 0;
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    const uint8_t* p = &image.rgb[i];
    const int distance = SquaredDistance(colors_[Nearest(p[0], p[1], p[2])], p[0], p[1], p[2]);
    sum += distance;
    far += distance > kFar * kFar;
  }
  const double pixels = image.rgb.size() / 3.0;
  return {sum / pixels, far / pixels};
}

bool GifPalette::Fits(const sim::Image& image) {
  const Misfit now = Measure(image);
  return now.mean_squared <= when_chosen_.mean_squared + kMaxDrift &&
         now.far_share <= when_chosen_.far_share + kMaxFarShare;
}

int GifPalette::Nearest(int r, int g, int b) {
  int16_t& index = nearest_[Cell(r, g, b)];
  if (index < 0) {
    // the centre of the cell stands for all of it
    const auto centre = [](int v) { return (v >> kShift << kShift) + (1 << kShift) / 2; };
    int best = 1 << 30;
    for (int i = 0; i < kColors; ++i) {
      const int distance = SquaredDistance(colors_[i], centre(r), centre(g), centre(b));
      if (distance < best) {
        best = distance;
        index = static_cast<int16_t>(i);
      }
    }
  }
  return index;
}

}  // namespace sinew::media
