#include "agents/replay_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "core/error.h"

namespace sinew::agents {

ReplayBuffer::ReplayBuffer(int64_t capacity, int obs_dim, int act_dim)
    : capacity_(capacity), obs_dim_(obs_dim), act_dim_(act_dim) {}

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
  next_ = (next_ + 1) % capacity_;
}

void ReplayBuffer::Sample(int size, Random& random, Batch* batch) const {
  assert(size_ > 0);
  batch->size = size;
  batch->observations.resize(static_cast<size_t>(size) * obs_dim_);
  batch->actions.resize(static_cast<size_t>(size) * act_dim_);
  batch->next_observations.resize(batch->observations.size());
  batch->rewards.resize(size);
  batch->discounts.resize(size);
  indices_.resize(size);
  // all rows are asked for before the first is read, so that the memory's latencies overlap
  for (int64_t& index : indices_) {
    index = static_cast<int64_t>(random.Below(size_));
    const char* row = reinterpret_cast<const char*>(rows_.data() + index * row_width());
    for (int offset = 0; offset < row_width() * 4; offset += 64) __builtin_prefetch(row + offset);
  }
  for (int i = 0; i < size; ++i) {
    const float* row = rows_.data() + indices_[i] * row_width();
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
}

}  // namespace sinew::agents
