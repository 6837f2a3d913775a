#include "viewer/session/disturbance.h"

#include <algorithm>

namespace sinew::viewer {
namespace {

void AddNoise(double sigma, Random& random, std::span<float> action) {
  if (sigma <= 0) return;
  for (float& a : action) {
    a = std::clamp(a + static_cast<float>(sigma * random.Normal()), -1.0f, 1.0f);
  }
}

}  // namespace

void DisturbObservation(const Disturbance& disturbance, const spec::TaskSpec& spec, Random& random,
                        std::span<float> observation) {
  if (disturbance.observation_noise <= 0) return;
  for (size_t i = 0; i < observation.size(); ++i) {
    const double sigma = disturbance.observation_noise * spec.observation[i].magnitude;
    observation[i] += static_cast<float>(sigma * random.Normal());
  }
}

void Explore(const Disturbance& disturbance, Random& random, std::span<float> action) {
  if (disturbance.exploring) AddNoise(disturbance.exploration_sigma, random, action);
}

void DisturbAction(const Disturbance& disturbance, const TakeOver& take_over, Random& random,
                   std::span<float> action) {
  for (size_t i = 0; i < take_over.taken.size(); ++i) {
    if (take_over.taken[i]) action[i] = take_over.action[i];
  }
  AddNoise(disturbance.torque_noise, random, action);
}

}  // namespace sinew::viewer
