#include "viewer/session/pilot.h"

#include <algorithm>
#include <utility>

#include "sim/rollout_loop.h"

namespace sinew::viewer {

void Pilot::Use(PolicyHandle card) {
  policy_ = card->make();
  card_ = std::move(card);
  in_sync_ = false;
}

void Pilot::BeginEpisode(uint64_t episode) { Resume(std::make_shared<EpisodeLog>(), episode, 0); }

void Pilot::Resume(std::shared_ptr<EpisodeLog> log, uint64_t episode, int64_t steps) {
  log_ = std::move(log);
  episode_ = episode;
  steps_ = steps;
  in_sync_ = false;
}

void Pilot::Synchronize() {
  if (in_sync_) return;
  policy_->Reset(episode_);
  const std::span<const float> seen(log_->observations);
  for (int64_t i = 0; i < steps_; ++i) policy_->Act(seen.subspan(i * obs_dim_, obs_dim_), action_);
  in_sync_ = true;
}

std::span<float> Pilot::Act(const sim::Simulation& simulation, std::span<const float> observation) {
  Synchronize();
  sim::Show(simulation, policy_.get());
  policy_->Act(observation, action_);
  return action_;
}

std::span<float> Pilot::Decide(const sim::Env& env) {
  sim::ReadObservation(env, seen_);
  const std::span<float> action = Act(env.simulation(), seen_);
  Log(seen_, action);
  return action;
}

void Pilot::Log(std::span<const float> observation, std::span<const float> intent) {
  // another branch of the episode still needs what came after
  if (log_->steps(obs_dim_) > steps_) {
    auto copy = std::make_shared<EpisodeLog>(*log_);
    copy->observations.resize(steps_ * obs_dim_);
    copy->intents.resize(steps_ * action_.size());
    log_ = std::move(copy);
  }
  log_->observations.insert(log_->observations.end(), observation.begin(), observation.end());
  log_->intents.insert(log_->intents.end(), intent.begin(), intent.end());
  ++steps_;
}

void Pilot::IntentBefore(int steps, std::span<float> action) const {
  const int64_t step = steps_ - 1 - steps;
  if (step < 0) {
    std::ranges::fill(action, 0.0f);
  } else {
    std::copy_n(log_->intents.begin() + step * static_cast<int64_t>(action.size()), action.size(),
                action.begin());
  }
}

}  // namespace sinew::viewer
