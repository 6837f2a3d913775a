#pragma once

#include <span>
#include <string>
#include <vector>

#include "models/archive.h"
#include "spec/step_result.h"

namespace sinew::agents {

/// Statistics of G, the discounted sum of the rewards of an episode so far, over all steps of all
/// environments: what rewards are scaled by. Source: Welford's update, as for observations.
class DiscountedReturns {
 public:
  DiscountedReturns(double gamma, int num_envs);

  /// One step of every environment. A diverged step and a reward that is not finite are left out.
  /// @param rewards  [num_envs].
  void Observe(std::span<const float> rewards, std::span<const spec::StepResult> results);
  /// Standard deviation of G; 0 before there are two.
  double std_dev() const;
  /// Largest |G|.
  double largest() const { return largest_; }
  /// All but the largest, which only some ask for.
  void Serialize(models::Archive& archive, const std::string& name);
  void SerializeLargest(models::Archive& archive, const std::string& name);

 private:
  double gamma_;
  double count_ = 0, mean_ = 0, sum_of_squares_ = 0;  // of deviations from the mean
  double largest_ = 0;
  std::vector<double> returns_;  // [num_envs]
};

}  // namespace sinew::agents
