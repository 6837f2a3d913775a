#include "agents/on_policy/advantage_estimator.h"

#include <algorithm>
#include <functional>

namespace sinew::agents {

void AdvantageEstimator::BeginUpdate(const RolloutBuffer& rollout) {
  const float clip = static_cast<float>(options_.reward_clip);
  rewards_.assign(rollout.rewards().begin(), rollout.rewards().end());
  if (!options_.normalize_rewards) return;
  const float scale = static_cast<float>(1 / return_scale_.std_dev());
  for (float& reward : rewards_) reward = std::clamp(reward * scale, -clip, clip);
}

void AdvantageEstimator::Estimate(const RolloutBuffer& rollout, const ValueLearner& critic) {
  advantages_.resize(rewards_.size());
  GeneralizedAdvantage({.num_envs = rollout.num_envs(),
                        .rewards = rewards_,
                        .values = critic.values(),
                        .next_values = critic.next_values(),
                        .ends = rollout.ends()},
                       options_.gamma, options_.lambda, advantages_);
  returns_.resize(rewards_.size());
  std::ranges::transform(advantages_, critic.values(), returns_.begin(), std::plus<float>());
  const double explained = ExplainedVariance(critic.values(), returns_);
  CheckFinite(explained, "critic's value");
  explained_variance_.Add(explained);
  for (float value : critic.values()) value_mean_.Add(value);
}

}  // namespace sinew::agents
