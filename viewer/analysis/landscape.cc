#include "viewer/analysis/landscape.h"

#include <algorithm>
#include <limits>

namespace sinew::viewer {

void LandscapeWork::Begin(std::span<const float> observation, std::span<const float> action,
                          int joint_x, int joint_y, int side) {
  observation_.assign(observation.begin(), observation.end());
  action_.assign(action.begin(), action.end());
  joint_x_ = joint_x;
  joint_y_ = joint_y;
  result_ = {};
  result_.side = side;
  busy_ = true;
}

bool LandscapeWork::Advance(spec::ValueFunction& value, int samples) {
  if (!busy_) return false;
  const auto side = static_cast<size_t>(result_.side);
  const auto place = [&](size_t index) {
    return -1 + 2 * static_cast<float>(index) / static_cast<float>(side - 1);
  };
  auto& values = result_.values;
  const double base = value.Value(observation_);
  for (; samples > 0 && values.size() < side * side; --samples) {
    action_[joint_x_] = place(values.size() % side);
    action_[joint_y_] = place(values.size() / side);
    values.push_back(static_cast<float>(value.ActionValue(observation_, action_) - base));
  }
  if (values.size() < side * side) return false;
  const auto [low, high] = std::ranges::minmax_element(values);
  result_.low = *low;
  result_.high = *high;
  const auto best = static_cast<size_t>(high - values.begin());
  result_.best_x = place(best % side);
  result_.best_y = place(best / side);
  busy_ = false;
  return true;
}

Landscape ComputeLandscape(spec::ValueFunction& value, std::span<const float> observation,
                           std::span<const float> action, int joint_x, int joint_y, int side) {
  LandscapeWork work;
  work.Begin(observation, action, joint_x, joint_y, side);
  work.Advance(value, std::numeric_limits<int>::max());
  return work.result();
}

}  // namespace sinew::viewer
