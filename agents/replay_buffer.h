#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "models/archive.h"

namespace sinew::agents {

/// A minibatch in columns, row-major.
struct Batch {
  int size = 0;
  std::vector<float> observations;       // [size x obs_dim]
  std::vector<float> actions;            // [size x act_dim]
  std::vector<float> rewards;            // [size], summed over n steps
  std::vector<float> next_observations;  // [size x obs_dim]
  std::vector<float> discounts;          // [size], gamma^n, 0 behind a terminal state
};

/// The last `capacity` transitions, sampled uniformly with replacement. Memory grows as it fills.
class ReplayBuffer {
 public:
  ReplayBuffer(int64_t capacity, int obs_dim, int act_dim);

  int64_t size() const { return size_; }
  int64_t capacity() const { return capacity_; }
  void Add(std::span<const float> observation, std::span<const float> action, float reward,
           std::span<const float> next_observation, float discount);
  /// @param batch  resized to `size` rows. Requires size() > 0.
  void Sample(int size, Random& random, Batch* batch) const;
  /// @throws UserError if what was saved had another capacity.
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  // one transition is one row: observation, action, next observation, reward, discount; a sample
  // touches adjacent lines
  int row_width() const { return 2 * obs_dim_ + act_dim_ + 2; }

  int64_t capacity_;
  int obs_dim_, act_dim_;
  int64_t size_ = 0, next_ = 0;
  std::vector<float> rows_;
  mutable std::vector<int64_t> indices_;
};

}  // namespace sinew::agents
