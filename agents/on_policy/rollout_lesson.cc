#include "agents/on_policy/rollout_lesson.h"

#include <utility>

#include "agents/rollout/rows.h"

namespace sinew::agents {

std::span<const int> ShuffledRows::Shuffle() {
  for (size_t i = shuffled_.size(); i > 1; --i) {
    std::swap(shuffled_[i - 1], shuffled_[random_.Below(i)]);
  }
  return shuffled_;
}

int64_t RolloutLesson::FitCritic(int64_t epochs, int64_t batch) const {
  int64_t steps = 0;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    const auto minibatches = Minibatches(rows.Shuffle(), static_cast<int>(batch));
    critic.Epoch(rollout, advantages.returns(), minibatches);
    steps += static_cast<int64_t>(minibatches.size());
  }
  return steps;
}

}  // namespace sinew::agents
