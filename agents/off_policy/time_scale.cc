#include "agents/off_policy/time_scale.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {

TimeScale TimeScaleOf(int episode_steps, double control_period) {
  constexpr double kShareAhead = 5, kLeastGamma = 0.95, kMostGamma = 0.99;
  constexpr int64_t kRandomEpisodes = 5, kLeastStart = 500, kMostStart = 5000;
  TimeScale scale;
  if (episode_steps > 0) {
    scale.gamma = std::clamp(1 - kShareAhead / episode_steps, kLeastGamma, kMostGamma);
    scale.learning_starts = std::clamp(kRandomEpisodes * episode_steps, kLeastStart, kMostStart);
  }
  (void)control_period;
  return scale;
}

}  // namespace sinew::agents
