#include "agents/off_policy/actor_head.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {

std::span<const float> ActorHead::Actions(std::span<const float> outputs,
                                          std::vector<float>* storage) const {
  if (plain()) return outputs;
  storage->resize(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    (*storage)[i] = inverting ? std::clamp(outputs[i], -1.0f, 1.0f) : std::tanh(outputs[i]);
  }
  return *storage;
}

std::span<const float> ActorHead::Gradient(std::span<const float> outputs,
                                           std::span<const float> action_gradient,
                                           std::vector<float>* storage) const {
  if (plain()) return action_gradient;
  storage->resize(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const float p = outputs[i], g = action_gradient[i];
    if (inverting) {
      // the optimiser descends, so that a negative gradient moves p up
      (*storage)[i] = g * (g < 0 ? 1 - p : p + 1) / 2;
    } else {
      const float a = std::tanh(p);
      (*storage)[i] = g * (1 - a * a);
    }
  }
  if (penalty > 0) {
    AddPenaltyGradient(outputs.data(), 1, static_cast<int>(outputs.size()), 0, penalty,
                       storage->data());
  }
  return *storage;
}

void AddPenaltyGradient(const float* u, int rows, int width, int stride, double penalty,
                        float* gradient) {
  const auto factor = static_cast<float>(2 * penalty / (static_cast<double>(rows) * width));
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < width; ++j) gradient[i * stride + j] += factor * u[i * stride + j];
  }
}

double SaturatedShare(std::span<const float> actions) {
  const auto saturated =
      std::ranges::count_if(actions, [](float a) { return std::abs(a) > 0.99f; });
  return static_cast<double>(saturated) / static_cast<double>(actions.size());
}

}  // namespace sinew::agents
