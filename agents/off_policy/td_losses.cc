#include "agents/off_policy/td_losses.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {

void BootstrappedReturn(std::span<const float> rewards, std::span<const float> discounts,
                        std::span<float> targets) {
  for (size_t i = 0; i < targets.size(); ++i) targets[i] = rewards[i] + discounts[i] * targets[i];
}

void Bootstrap::Targets(std::span<const float> reward, std::span<const float> discounts,
                        double bonus, std::span<float> targets) const {
  BootstrappedReturn(reward, discounts, targets);
  if (!bounded || gamma >= 1) return;
  const double horizon = 1 / (1 - gamma);
  const auto low = static_cast<float>((rewards.low - bonus) * horizon),
             high = static_cast<float>((rewards.high + bonus) * horizon);
  for (float& target : targets) target = std::clamp(target, low, high);
}

TdLoss SquaredTdError(std::span<const float> q, std::span<const float> targets,
                      std::span<const float> weights, std::span<float> gradient) {
  const auto batch = static_cast<float>(q.size());
  double loss = 0, q_sum = 0, magnitude = 0;
  for (size_t i = 0; i < q.size(); ++i) {
    const float error = q[i] - targets[i];
    const float weight = weights.empty() ? 1.0f : weights[i];
    loss += static_cast<double>(weight) * error * error;
    q_sum += q[i];
    magnitude += std::abs(q[i]);
    gradient[i] = 2 * weight * error / batch;
  }
  return {loss / batch, q_sum / batch, magnitude / batch};
}

TdLoss HuberTdError(std::span<const float> q, std::span<const float> targets,
                    std::span<const float> weights, double width, std::span<float> gradient) {
  const auto batch = static_cast<float>(q.size());
  double loss = 0, q_sum = 0, magnitude = 0;
  for (size_t i = 0; i < q.size(); ++i) {
    const double error = static_cast<double>(q[i]) - targets[i];
    const double slope = std::clamp(error, -width, width);
    const float weight = weights.empty() ? 1.0f : weights[i];
    loss += weight * slope * (error - slope / 2);
    q_sum += q[i];
    magnitude += std::abs(q[i]);
    gradient[i] = weight * static_cast<float>(slope) / batch;
  }
  return {loss / batch, q_sum / batch, magnitude / batch};
}

double ClimbSmaller(std::span<const float> q0, std::span<const float> q1,
                    std::vector<float>* slopes0, std::vector<float>* slopes1) {
  const float pull = -1.0f / static_cast<float>(q0.size());
  slopes0->resize(q0.size());
  slopes1->resize(q0.size());
  double sum = 0;
  for (size_t i = 0; i < q0.size(); ++i) {
    sum += std::min(q0[i], q1[i]);
    (*slopes0)[i] = q0[i] <= q1[i] ? pull : 0;
    (*slopes1)[i] = q0[i] <= q1[i] ? 0 : pull;
  }
  return sum / static_cast<double>(q0.size());
}

void AbsoluteTdError(std::span<const float> q, std::span<const float> targets,
                     std::vector<float>* errors) {
  errors->resize(q.size());
  for (size_t i = 0; i < q.size(); ++i) (*errors)[i] = std::abs(q[i] - targets[i]);
}

}  // namespace sinew::agents
