#include "viewer/landscape.h"

#include <algorithm>

namespace sinew::viewer {

Landscape ComputeLandscape(sim::ValueFunction& value, std::span<const float> observation,
                           std::span<const float> action, int joint_x, int joint_y, int side) {
  Landscape landscape;
  landscape.side = side;
  landscape.values.reserve(static_cast<size_t>(side) * side);
  const double base = value.Value(observation);
  std::vector<float> tried(action.begin(), action.end());
  const auto place = [side](size_t index) {
    return -1 + 2 * static_cast<float>(index) / static_cast<float>(side - 1);
  };
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      tried[joint_x] = place(x);
      tried[joint_y] = place(y);
      landscape.values.push_back(static_cast<float>(value.ActionValue(observation, tried) - base));
    }
  }
  const auto [low, high] = std::ranges::minmax_element(landscape.values);
  landscape.low = *low;
  landscape.high = *high;
  const auto best = static_cast<size_t>(high - landscape.values.begin());
  landscape.best_x = place(best % side);
  landscape.best_y = place(best / side);
  return landscape;
}

}  // namespace sinew::viewer
