#include "agents/on_policy/rollout_lesson.h"

namespace sinew::agents {

int64_t RolloutLesson::FitCritic(int64_t epochs, int64_t batch) const {
  int64_t steps = 0;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    const auto minibatches = rows.Shuffle(static_cast<int>(batch));
    critic.Epoch(rollout, advantages.returns(), minibatches);
    steps += static_cast<int64_t>(minibatches.size());
  }
  return steps;
}

}  // namespace sinew::agents
