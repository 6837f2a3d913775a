#pragma once

#include <span>
#include <vector>

#include "core/random.h"
#include "sim/task.h"

namespace sinew::viewer {

/// What stands between the policy and the world, as the user has set it. All off at the start.
struct Disturbance {
  double observation_noise = 0;    // standard deviation, as a share of each element's magnitude
  double torque_noise = 0;         // standard deviation, as a share of each joint's half range
  int latency_steps = 0;           // control steps between seeing and acting
  bool exploring = false;          // the policy acts with exploration noise
  double exploration_sigma = 0.1;  // its standard deviation, in units of the action
  bool operator==(const Disturbance&) const = default;
};

/// Joints that the user moves in the policy's place.
struct TakeOver {
  std::vector<char> taken;    // [act_dim]
  std::vector<float> action;  // [act_dim], in [-1, 1]
};

/// Adds the observation noise. @param observation  [obs_dim], raw.
void DisturbObservation(const Disturbance& disturbance, const spec::TaskSpec& spec, Random& random,
                        std::span<float> observation);
/// Adds exploration noise, within [-1, 1].
void Explore(const Disturbance& disturbance, Random& random, std::span<float> action);
/// The user's hand, then torque noise, within [-1, 1].
void DisturbAction(const Disturbance& disturbance, const TakeOver& take_over, Random& random,
                   std::span<float> action);

}  // namespace sinew::viewer
