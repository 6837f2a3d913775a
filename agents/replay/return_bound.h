#pragma once

#include <span>
#include <string>

#include "agents/base/discounted_returns.h"
#include "models/archive.h"

namespace sinew::agents {

/// What rewards are multiplied by so that their discounted returns have the size of 1 and stay
/// within a bound, whatever unit a task pays in: 1 / max(deviation of G, largest |G| / bound),
/// where G is the discounted sum of the rewards of an episode so far. Source: Lee et al. 2025,
/// arXiv:2502.15280 (SimbaV2), section 4.3. Departure: no constant is added to the variance, so
/// that rewards of 1e-6 are scaled like others.
class ReturnBound {
 public:
  ReturnBound(int num_envs, double gamma, double bound)
      : bound_(bound), returns_(gamma, num_envs) {}

  /// @param rewards  [num_envs], of one step of every environment; what is not finite is left out.
  void Observe(std::span<const float> rewards, std::span<const spec::StepResult> results) {
    returns_.Observe(rewards, results);
  }
  /// 1 while every reward was 0.
  double factor() const;
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  double bound_;
  DiscountedReturns returns_;
};

}  // namespace sinew::agents
