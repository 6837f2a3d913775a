#include "agents/replay/return_bound.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {

ReturnBound::ReturnBound(int num_envs, double gamma, double bound)
    : gamma_(gamma), bound_(bound), returns_(num_envs, 0.0) {}

void ReturnBound::Observe(std::span<const float> rewards,
                          std::span<const spec::StepResult> results) {
  for (size_t env = 0; env < rewards.size(); ++env) {
    double& total = returns_[env];
    if (!results[env].diverged && std::isfinite(rewards[env])) {
      total = gamma_ * total + rewards[env];
      count_ += 1;
      const double deviation = total - mean_;
      mean_ += deviation / count_;
      sum_of_squares_ += deviation * (total - mean_);
      largest_ = std::max(largest_, std::abs(total));
    }
    if (results[env].done()) total = 0;
  }
}

double ReturnBound::factor() const {
  const double deviation = std::sqrt(sum_of_squares_ / std::max(count_, 1.0));
  const double size = std::max(deviation, largest_ / bound_);
  return size > 0 ? 1 / size : 1;
}

void ReturnBound::Serialize(models::Archive& archive, const std::string& name) {
  archive.Values(name + ".returns", std::span<double>(returns_));
  archive.Value(name + ".count", count_);
  archive.Value(name + ".mean", mean_);
  archive.Value(name + ".sum_of_squares", sum_of_squares_);
  archive.Value(name + ".largest", largest_);
}

}  // namespace sinew::agents
