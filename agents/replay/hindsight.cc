#include "agents/replay/hindsight.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/error.h"

namespace sinew::agents {

Hindsight::Hindsight(const HindsightOptions& options, std::shared_ptr<const spec::GoalModel> goals)
    : options_(options),
      goals_(std::move(goals)),
      pending_(options.num_envs),
      goal_(goals_->goal_dim()),
      now_(options.obs_dim),
      then_(options.obs_dim) {
  // a step takes two rows
  options_.capacity = std::max<int64_t>(2, options.capacity);
}

void Hindsight::Add(int env, std::span<const float> observation, std::span<const float> action,
                    std::span<const float> next_observation, bool terminated, bool truncated,
                    bool diverged) {
  std::vector<float>& episode = pending_[env];
  const auto append = [&](std::span<const float> values) {
    episode.insert(episode.end(), values.begin(), values.end());
  };
  if (!diverged) {
    append(observation);
    append(action);
  }
  if (!terminated && !truncated && !diverged) return;
  if (!episode.empty()) {
    append(diverged ? observation : next_observation);
    episode.resize(episode.size() + options_.act_dim);
    Store(&episode, terminated);
  }
  episode.clear();
}

void Hindsight::Store(std::vector<float>* episode, bool terminated) {
  const int64_t width = row_width();
  const auto steps = static_cast<int32_t>(static_cast<int64_t>(episode->size()) / width - 1);
  for (int32_t i = 0; i <= steps; ++i) {
    if (size_ < options_.capacity) {
      ++size_;
      rows_.resize(size_ * width);
      left_.resize(size_);
    }
    std::copy_n(episode->begin() + i * width, width, rows_.begin() + next_ * width);
    left_[next_] = i < steps ? steps - i : terminated ? kTerminal : kCut;
    next_ = (next_ + 1) % options_.capacity;
  }
}

void Hindsight::Fill(int first, int count, Random& random, Batch* batch) {
  assert(!empty());
  for (int row = first; row < first + count; ++row) {
    int64_t step = 0;
    do {
      step = static_cast<int64_t>(random.Below(size_));
    } while (left_[step] <= 0);
    Relabel(step, row, random, batch);
  }
}

void Hindsight::Relabel(int64_t step, int row, Random& random, Batch* batch) {
  const int64_t later = 1 + static_cast<int64_t>(random.Below(left_[step]));
  goals_->Achieved(Observation(step + later), goal_);
  const auto look = [&](int64_t at, std::vector<float>* seen) {
    std::ranges::copy(Observation(at), seen->begin());
    goals_->Replace(goal_, *seen);
  };
  const int obs_dim = options_.obs_dim, act_dim = options_.act_dim;
  const auto gamma = static_cast<float>(options_.gamma);
  look(step, &now_);
  std::ranges::copy(now_, batch->observations.begin() + row * obs_dim);
  std::ranges::copy(Action(step), batch->actions.begin() + row * act_dim);
  const int steps = std::min(options_.n_step, left_[step]);
  float n_step_return = 0, discount = 1;
  for (int i = 0; i < steps; ++i) {
    look(step + i + 1, &then_);
    const double reward = options_.reward_scale * goals_->Reward(now_, Action(step + i), then_);
    rewards_.Include(reward);
    n_step_return += discount * static_cast<float>(reward);
    discount *= gamma;
    std::swap(now_, then_);
  }
  std::ranges::copy(now_, batch->next_observations.begin() + row * obs_dim);
  batch->rewards[row] = n_step_return;
  const bool terminal = left_[(step + steps) % options_.capacity] == kTerminal;
  batch->discounts[row] = terminal ? 0 : discount;
}

std::span<const float> Hindsight::Observation(int64_t step) const {
  return {rows_.data() + step % options_.capacity * row_width(),
          static_cast<size_t>(options_.obs_dim)};
}

std::span<const float> Hindsight::Action(int64_t step) const {
  return {rows_.data() + step % options_.capacity * row_width() + options_.obs_dim,
          static_cast<size_t>(options_.act_dim)};
}

void Hindsight::Serialize(models::Archive& archive, const std::string& name) {
  int64_t capacity = options_.capacity;
  archive.Value(name + ".capacity", capacity);
  if (capacity != options_.capacity) {
    throw UserError(fmt::format("the checkpoint's buffer_size is {}, the configuration's {}",
                                capacity, options_.capacity));
  }
  archive.Value(name + ".size", size_);
  archive.Value(name + ".next", next_);
  rewards_.Serialize(archive, name + ".rewards");
  archive.Values(name + ".rows", rows_);
  archive.Values(name + ".left", left_);
  for (size_t env = 0; env < pending_.size(); ++env) {
    archive.Values(fmt::format("{}.pending{}", name, env), pending_[env]);
  }
}

}  // namespace sinew::agents
