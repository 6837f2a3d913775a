#pragma once

#include <algorithm>
#include <string>

#include "models/archive.h"

namespace sinew::agents {

/// Smallest and largest of the rewards seen so far, and 0, which is what an end is followed by. No
/// policy can earn less than low / (1 - gamma) or more than high / (1 - gamma).
struct RewardRange {
  double low = 0, high = 0;

  void Include(double reward) {
    low = std::min(low, reward);
    high = std::max(high, reward);
  }
  void Include(const RewardRange& other) {
    Include(other.low);
    Include(other.high);
  }
  /// The range of rewards that are `factor` times these. @param factor  above 0.
  RewardRange Times(double factor) const { return {low * factor, high * factor}; }
  double largest_magnitude() const { return std::max(-low, high); }
  void Serialize(models::Archive& archive, const std::string& name) {
    archive.Value(name + ".low", low);
    archive.Value(name + ".high", high);
  }
};

}  // namespace sinew::agents
