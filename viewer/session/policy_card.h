#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "spec/policy.h"
#include "spec/value_function.h"

namespace sinew::viewer {

/// What the policy does to its observation, and what it has seen. Empty vectors: not known.
struct ObservationScaling {
  std::vector<float> mean, scale;                   // [obs_dim], normalised = (raw - mean) * scale
  float clip = 0;                                   // bound of the normalised value
  std::vector<double> training_low, training_high;  // [obs_dim], range seen in training
};

/// A policy and all that can be told about it. Shared and never changed, so that a frame of the
/// history can name the one that was at work then, and other threads can make their own.
struct PolicyCard {
  std::string label;       // "final.policy", "zero"
  std::string hash{};      // of the policy file; empty for scripted policies
  int64_t env_steps = -1;  // trained for; -1: not trained
  std::function<std::unique_ptr<spec::Policy>()> make;
  std::function<std::unique_ptr<spec::ValueFunction>()> make_value{};  // null: no critic
  ObservationScaling scaling{};
};

using PolicyHandle = std::shared_ptr<const PolicyCard>;

/// A card with nothing but a name and a maker.
inline PolicyHandle MakeCard(std::string label,
                             std::function<std::unique_ptr<spec::Policy>()> make) {
  return std::make_shared<const PolicyCard>(
      PolicyCard{.label = std::move(label), .make = std::move(make)});
}

}  // namespace sinew::viewer
