#include "agents/base/discounted_returns.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {

DiscountedReturns::DiscountedReturns(double gamma, int num_envs)
    : gamma_(gamma), returns_(num_envs, 0.0) {}

void DiscountedReturns::Observe(std::span<const float> rewards,
                                std::span<const spec::StepResult> results) {
  for (size_t i = 0; i < returns_.size(); ++i) {
    if (!results[i].diverged && std::isfinite(rewards[i])) {
      returns_[i] = gamma_ * returns_[i] + rewards[i];
      count_ += 1;
      const double deviation = returns_[i] - mean_;
      mean_ += deviation / count_;
      sum_of_squares_ += deviation * (returns_[i] - mean_);
      largest_ = std::max(largest_, std::abs(returns_[i]));
    }
    if (results[i].done()) returns_[i] = 0;
  }
}

double DiscountedReturns::std_dev() const {
  return count_ > 1 ? std::sqrt(sum_of_squares_ / count_) : 0;
}

void DiscountedReturns::Serialize(models::Archive& archive, const std::string& name) {
  archive.Value(name + ".count", count_);
  archive.Value(name + ".mean", mean_);
  archive.Value(name + ".sum_of_squares", sum_of_squares_);
  archive.Values(name + ".returns", std::span<double>(returns_));
}

void DiscountedReturns::SerializeLargest(models::Archive& archive, const std::string& name) {
  archive.Value(name + ".largest", largest_);
}

}  // namespace sinew::agents
