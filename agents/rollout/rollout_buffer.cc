#include "agents/rollout/rollout_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "core/error.h"

namespace sinew::agents {
namespace {

void Append(std::span<const float> from, std::vector<float>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

}  // namespace

RolloutBuffer::RolloutBuffer(int horizon, int num_envs, int obs_dim, int act_dim)
    : horizon_(horizon), num_envs_(num_envs), obs_dim_(obs_dim) {
  const size_t rows = static_cast<size_t>(horizon) * num_envs;
  observations_.reserve(rows * obs_dim);
  actions_.reserve(rows * act_dim);
  rewards_.reserve(rows);
  ends_.reserve(rows);
}

void RolloutBuffer::Add(const StepBatch& batch, std::span<const uint8_t> begins) {
  assert(!full());
  const bool last = steps() + 1 == horizon_;
  const int first_row = static_cast<int>(rewards_.size());
  Append(batch.observations, &observations_);
  Append(batch.actions, &actions_);
  Append(batch.rewards, &rewards_);
  begins_.resize(rewards_.size());
  std::ranges::copy(begins, begins_.end() - num_envs_);
  for (int i = 0; i < num_envs_; ++i) {
    const StepEnd end = EndOf(batch.results[i]);
    ends_.push_back(end);
    if (end != StepEnd::kTruncated && !(last && end == StepEnd::kContinues)) continue;
    successor_rows_.push_back(first_row + i);
    Append(batch.next_observations.subspan(static_cast<size_t>(i) * obs_dim_, obs_dim_),
           &successors_);
  }
}

void RolloutBuffer::Clear() {
  for (auto* values : {&observations_, &actions_, &rewards_, &successors_}) values->clear();
  ends_.clear();
  begins_.clear();
  successor_rows_.clear();
}

std::vector<int> RolloutBuffer::LearnableRows() const {
  std::vector<int> rows;
  for (size_t row = 0; row < ends_.size(); ++row) {
    if (ends_[row] != StepEnd::kDiverged) rows.push_back(static_cast<int>(row));
  }
  return rows;
}

void RolloutBuffer::GatherNextValues(std::span<const float> values,
                                     std::span<const float> successor_values,
                                     std::span<float> next_values) const {
  for (size_t row = 0; row < values.size(); ++row) {
    const bool next_row = ends_[row] == StepEnd::kContinues && row + num_envs_ < values.size();
    next_values[row] = next_row ? values[row + num_envs_] : 0;
  }
  for (size_t i = 0; i < successor_rows_.size(); ++i) {
    next_values[successor_rows_[i]] = successor_values[i];
  }
}

void RolloutBuffer::Serialize(models::Archive& archive, const std::string& name) {
  int64_t horizon = horizon_, num_envs = num_envs_;
  archive.Value(name + ".horizon", horizon);
  archive.Value(name + ".num_envs", num_envs);
  if (horizon != horizon_ || num_envs != num_envs_) {
    throw UserError(fmt::format(
        "the checkpoint's rollouts are {} steps of {} environments, the configuration's {} of {}",
        horizon, num_envs, horizon_, num_envs_));
  }
  std::vector<uint8_t> ends(ends_.size());
  std::ranges::transform(ends_, ends.begin(),
                         [](StepEnd end) { return static_cast<uint8_t>(end); });
  archive.Values(name + ".observations", observations_);
  archive.Values(name + ".actions", actions_);
  archive.Values(name + ".rewards", rewards_);
  archive.CopiedValues(name + ".ends", ends);
  archive.Values(name + ".begins", begins_);
  archive.Values(name + ".successors", successors_);
  archive.Values(name + ".successor_rows", successor_rows_);
  ends_.resize(ends.size());
  std::ranges::transform(ends, ends_.begin(),
                         [](uint8_t end) { return static_cast<StepEnd>(end); });
}

}  // namespace sinew::agents
