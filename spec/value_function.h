#pragma once

#include <memory>
#include <span>

namespace sinew::spec {

/// What a learner thinks that states and actions are worth: its critic, in the units of the
/// discounted return. Not thread-safe.
class ValueFunction {
 public:
  virtual ~ValueFunction() = default;
  /// V(s): the return from here on under the policy. @param observation  [obs_dim], raw.
  virtual double Value(std::span<const float> observation) = 0;
  /// Whether ActionValue is known; a PPO learner's critic rates states only.
  virtual bool rates_actions() const = 0;
  /// Q(s, a). @param action  [act_dim], in [-1, 1]. NaN where actions are not rated.
  virtual double ActionValue(std::span<const float> observation, std::span<const float> action) = 0;
  /// Discount per control step.
  virtual double gamma() const = 0;
};

}  // namespace sinew::spec
