#include "agents/replay/n_step.h"

namespace sinew::agents {

NStep::NStep(int n, double gamma, int obs_dim, int act_dim, int stream)
    : n_(n),
      gamma_(static_cast<float>(gamma)),
      obs_dim_(obs_dim),
      act_dim_(act_dim),
      stream_(stream) {}

void NStep::Add(std::span<const float> observation, std::span<const float> action, float reward,
                std::span<const float> next_observation, bool terminated, bool truncated,
                bool diverged, ReplayBuffer* buffer) {
  if (diverged) {
    // the observation before the bad step is the last good successor
    while (pending() > 0) Emit(observation, false, buffer);
    buffer->EndEpisode(stream_);
    return;
  }
  observations_.insert(observations_.end(), observation.begin(), observation.end());
  actions_.insert(actions_.end(), action.begin(), action.end());
  rewards_.push_back(reward);
  if (terminated || truncated) {
    while (pending() > 0) Emit(next_observation, terminated, buffer);
    buffer->EndEpisode(stream_);
  } else if (pending() == n_) {
    Emit(next_observation, false, buffer);
  }
}

void NStep::Emit(std::span<const float> last_observation, bool terminated, ReplayBuffer* buffer) {
  float n_step_return = 0, discount = 1;
  for (float reward : rewards_) {
    n_step_return += discount * reward;
    discount *= gamma_;
  }
  buffer->Add({.observation = {observations_.data(), static_cast<size_t>(obs_dim_)},
               .action = {actions_.data(), static_cast<size_t>(act_dim_)},
               .reward = n_step_return,
               .next_observation = last_observation,
               .discount = terminated ? 0 : discount},
              stream_);
  observations_.erase(observations_.begin(), observations_.begin() + obs_dim_);
  actions_.erase(actions_.begin(), actions_.begin() + act_dim_);
  rewards_.erase(rewards_.begin());
}

void NStep::Serialize(models::Archive& archive, const std::string& name) {
  archive.Values(name + ".observations", observations_);
  archive.Values(name + ".actions", actions_);
  archive.Values(name + ".rewards", rewards_);
}

}  // namespace sinew::agents
