#include "agents/rollout/advantage.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {
namespace {

struct Moments {
  double mean = 0, variance = 0;
};

Moments MomentsOf(std::span<const float> values) {
  Moments moments;
  for (float value : values) moments.mean += value;
  moments.mean /= static_cast<double>(values.size());
  for (float value : values) {
    moments.variance += (value - moments.mean) * (value - moments.mean);
  }
  moments.variance /= static_cast<double>(values.size());
  return moments;
}

}  // namespace

StepEnd EndOf(const spec::StepResult& result) {
  if (result.diverged) return StepEnd::kDiverged;
  if (result.terminated) return StepEnd::kTerminated;
  return result.truncated ? StepEnd::kTruncated : StepEnd::kContinues;
}

void GeneralizedAdvantage(const RolloutValues& rollout, double gamma, double lambda,
                          std::span<float> advantages) {
  const size_t num_envs = rollout.num_envs, rows = rollout.rewards.size();
  std::vector<double> following(num_envs, 0.0);  // A_{t+1}
  for (size_t row = rows; row-- > 0;) {
    double& advantage = following[row % num_envs];
    const StepEnd end = rollout.ends[row];
    if (end == StepEnd::kDiverged) {
      advantage = 0;
    } else {
      const double next = end == StepEnd::kTerminated ? 0 : rollout.next_values[row];
      const double delta = rollout.rewards[row] + gamma * next - rollout.values[row];
      const double trace = end == StepEnd::kContinues ? gamma * lambda : 0;
      advantage = delta + trace * advantage;
    }
    advantages[row] = static_cast<float>(advantage);
  }
}

void Standardize(std::span<float> values) {
  constexpr double kLeastStdDev = 1e-8;
  const Moments moments = MomentsOf(values);
  const double std_dev = values.size() > 1 ? std::sqrt(moments.variance) + kLeastStdDev : 1;
  for (float& value : values) value = static_cast<float>((value - moments.mean) / std_dev);
}

double ExplainedVariance(std::span<const float> predictions, std::span<const float> targets) {
  const double variance = MomentsOf(targets).variance;
  if (!(variance > 0)) return 0;
  std::vector<float> errors(targets.size());
  for (size_t i = 0; i < errors.size(); ++i) errors[i] = targets[i] - predictions[i];
  return 1 - MomentsOf(errors).variance / variance;
}

double ReturnScale::std_dev() const {
  constexpr double kLeastStdDev = 1e-6;
  const double std_dev = returns_.std_dev();
  return std_dev > kLeastStdDev ? std_dev : 1;
}

}  // namespace sinew::agents
