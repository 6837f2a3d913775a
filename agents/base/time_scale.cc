#include "agents/base/time_scale.h"

#include <algorithm>

namespace sinew::agents {

TimeScale TimeScaleOf(int episode_steps) {
  constexpr double kShareAhead = 5, kLeastGamma = 0.95, kMostGamma = 0.99;
  constexpr int64_t kRandomEpisodes = 5, kLeastStart = 500, kMostStart = 5000;
  if (episode_steps <= 0) return {};
  return {std::clamp(1 - kShareAhead / episode_steps, kLeastGamma, kMostGamma),
          std::clamp(kRandomEpisodes * episode_steps, kLeastStart, kMostStart)};
}

}  // namespace sinew::agents
