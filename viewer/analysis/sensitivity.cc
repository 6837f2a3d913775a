#include "viewer/analysis/sensitivity.h"

#include <algorithm>
#include <cmath>

namespace sinew::viewer {
namespace {

constexpr float kShareOfSpread = 0.01f;

}  // namespace

float Sensitivity::Largest() const {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

Sensitivity ComputeSensitivity(spec::Policy& policy, std::span<const float> observation,
                               std::span<const float> spread, int act_dim) {
  Sensitivity result{act_dim, static_cast<int>(observation.size()), {}};
  result.values.resize(static_cast<size_t>(act_dim) * observation.size());
  std::vector<float> moved(observation.begin(), observation.end()), up(act_dim), down(act_dim);
  const auto act = [&](std::vector<float>& action) {
    policy.Reset(0);
    policy.Act(moved, action);
  };
  for (size_t i = 0; i < observation.size(); ++i) {
    const float step = kShareOfSpread * spread[i];
    moved[i] = observation[i] + step;
    act(up);
    moved[i] = observation[i] - step;
    act(down);
    moved[i] = observation[i];
    for (int a = 0; a < act_dim; ++a) {
      result.values[a * observation.size() + i] = (up[a] - down[a]) / (2 * kShareOfSpread);
    }
  }
  return result;
}

}  // namespace sinew::viewer
