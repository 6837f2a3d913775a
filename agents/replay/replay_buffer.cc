#include "agents/replay/replay_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "core/error.h"

namespace sinew::agents {

void Batch::Resize(int rows, int obs_dim, int act_dim) {
  size = rows;
  observations.resize(static_cast<size_t>(rows) * obs_dim);
  actions.resize(static_cast<size_t>(rows) * act_dim);
  next_observations.resize(observations.size());
  rewards.resize(rows);
  discounts.resize(rows);
}

ReplayBuffer::ReplayBuffer(int64_t capacity, int obs_dim, int act_dim,
                           std::optional<double> priority_alpha)
    : capacity_(capacity), obs_dim_(obs_dim), act_dim_(act_dim) {
  if (priority_alpha) priorities_.emplace(*priority_alpha);
}

void ReplayBuffer::Add(std::span<const float> observation, std::span<const float> action,
                       float reward, std::span<const float> next_observation, float discount) {
  if (size_ < capacity_) {
    ++size_;
    rows_.resize(static_cast<size_t>(size_) * row_width());
  }
  float* row = rows_.data() + next_ * row_width();
  row = std::ranges::copy(observation, row).out;
  row = std::ranges::copy(action, row).out;
  row = std::ranges::copy(next_observation, row).out;
  row[0] = reward;
  row[1] = discount;
  if (priorities_) priorities_->Add(next_);
  next_ = (next_ + 1) % capacity_;
}

void ReplayBuffer::Sample(int size, Random& random, Batch* batch) const {
  batch->Resize(size, obs_dim_, act_dim_);
  indices_.resize(size);
  Draw(random, indices_);
  Gather(indices_, batch);
}

void ReplayBuffer::Draw(Random& random, std::span<int64_t> indices) const {
  assert(size_ > 0);
  for (int64_t& index : indices) index = static_cast<int64_t>(random.Below(size_));
}

void ReplayBuffer::Gather(std::span<const int64_t> indices, Batch* batch) const {
  // all rows are asked for before the first is read, so that the memory's latencies overlap
  for (const int64_t index : indices) {
    const char* row = reinterpret_cast<const char*>(rows_.data() + index * row_width());
    for (int offset = 0; offset < row_width() * 4; offset += 64) __builtin_prefetch(row + offset);
  }
  for (size_t i = 0; i < indices.size(); ++i) {
    const float* row = rows_.data() + indices[i] * row_width();
    std::copy_n(row, obs_dim_, batch->observations.data() + i * obs_dim_);
    row += obs_dim_;
    std::copy_n(row, act_dim_, batch->actions.data() + i * act_dim_);
    row += act_dim_;
    std::copy_n(row, obs_dim_, batch->next_observations.data() + i * obs_dim_);
    row += obs_dim_;
    batch->rewards[i] = row[0];
    batch->discounts[i] = row[1];
  }
}

void ReplayBuffer::Serialize(models::Archive& archive, const std::string& name) {
  int64_t capacity = capacity_;
  archive.Value(name + ".capacity", capacity);
  if (capacity != capacity_) {
    throw UserError(fmt::format("the checkpoint's replay_capacity is {}, the configuration's {}",
                                capacity, capacity_));
  }
  archive.Value(name + ".size", size_);
  archive.Value(name + ".next", next_);
  archive.Values(name + ".rows", rows_);
  if (priorities_) priorities_->Serialize(archive, name + ".priorities");
}

}  // namespace sinew::agents
