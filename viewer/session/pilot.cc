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
  if (!Recall()) {
    const std::span<const float> seen(log_->observations);
    for (int64_t i = 0; i < steps_; ++i) {
      policy_->Act(seen.subspan(i * obs_dim_, obs_dim_), action_);
      NoteMemory(i);
    }
  }
  in_sync_ = true;
}

// Brings its memory back without feeding it anything. @return whether that was possible.
bool Pilot::Recall() {
  const auto fresh = policy_->SaveState();
  if (!fresh) return false;
  if (fresh->empty() || steps_ == 0) return true;
  const EpisodeLog::Memory& memory = log_->memory;
  const size_t width = fresh->size(), end = static_cast<size_t>(steps_) * width;
  if (memory.of != card_ || memory.values.size() < end) return false;
  policy_->RestoreState(std::span(memory.values).subspan(end - width, width));
  return true;
}

// after the policy has acted in this step of the log
void Pilot::NoteMemory(int64_t step) {
  const auto state = policy_->SaveState();
  if (!state || state->empty()) return;
  EpisodeLog::Memory& memory = log_->memory;
  if (memory.of != card_) memory = {card_, state->size(), {}};
  // it may have come in later than the episode began
  const size_t begin = static_cast<size_t>(step) * memory.width;
  if (memory.values.size() < begin) return;
  memory.values.resize(begin);
  memory.values.insert(memory.values.end(), state->begin(), state->end());
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
    auto& memory = copy->memory;
    memory.values.resize(std::min(memory.values.size(), steps_ * memory.width));
    log_ = std::move(copy);
  }
  log_->observations.insert(log_->observations.end(), observation.begin(), observation.end());
  log_->intents.insert(log_->intents.end(), intent.begin(), intent.end());
  if (in_sync_) NoteMemory(steps_);
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
