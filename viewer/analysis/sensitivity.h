#pragma once

#include <span>
#include <vector>

#include "spec/policy.h"

namespace sinew::viewer {

/// How much each action answers to each observation.
struct Sensitivity {
  int actions = 0, observations = 0;
  std::vector<float> values;  // [actions x observations], change of the action for one spread

  float at(int action, int observation) const {
    return values[static_cast<size_t>(action) * observations + observation];
  }
  float Largest() const;
};

/// Central differences around `observation`, one element at a time, of a hundredth of its spread
/// each way, scaled up to one spread. A policy that remembers is asked as at an episode's start.
/// @param spread  [obs_dim], what counts as one unit of change of each element, in raw units.
Sensitivity ComputeSensitivity(spec::Policy& policy, std::span<const float> observation,
                               std::span<const float> spread, int act_dim);

}  // namespace sinew::viewer
