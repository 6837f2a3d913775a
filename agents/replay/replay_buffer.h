#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agents/replay/priorities.h"
#include "core/aligned_vector.h"
#include "core/random.h"
#include "models/archive.h"

namespace sinew::agents {

/// A minibatch in columns, row-major.
struct Batch {
  void Resize(int rows, int obs_dim, int act_dim);

  int size = 0;
  std::vector<float> observations;       // [size x obs_dim]
  std::vector<float> actions;            // [size x act_dim]
  std::vector<float> rewards;            // [size], summed over n steps
  std::vector<float> next_observations;  // [size x obs_dim]
  std::vector<float> discounts;          // [size], gamma^n, 0 behind a terminal state
  std::vector<float> weights;            // [size], of the rows in the loss; empty: all 1
};

/// The last `capacity` transitions, sampled with replacement, uniformly or by priority. Memory
/// grows as it fills.
class ReplayBuffer {
 public:
  /// @param priority_alpha  see Priorities; without it there are no priorities.
  ReplayBuffer(int64_t capacity, int obs_dim, int act_dim,
               std::optional<double> priority_alpha = std::nullopt);

  int64_t size() const { return size_; }
  /// Null if there are none. A new transition enters by itself.
  Priorities* priorities() { return priorities_ ? &*priorities_ : nullptr; }
  int64_t capacity() const { return capacity_; }
  void Add(std::span<const float> observation, std::span<const float> action, float reward,
           std::span<const float> next_observation, float discount);
  /// Fills in uniformly drawn indices. Requires size() > 0.
  void Draw(Random& random, std::span<int64_t> indices) const;
  /// Copies the transitions to the first rows of the batch, which has room for them.
  void Gather(std::span<const int64_t> indices, Batch* batch) const;
  /// Both of these. @param batch  resized to `size` rows.
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
  AlignedVector<float> rows_;
  std::optional<Priorities> priorities_;
  mutable std::vector<int64_t> indices_;
};

}  // namespace sinew::agents
