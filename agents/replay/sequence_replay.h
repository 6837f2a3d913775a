#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "agents/rollout/advantage.h"
#include "core/aligned_vector.h"
#include "core/random.h"
#include "models/archive.h"

namespace sinew::agents {

/// Sequences of steps side by side, step after step: row t * count + i is step t of sequence i.
struct SequenceBatch {
  int steps = 0, count = 0;
  std::vector<float> observations;       // [rows x obs_dim], raw
  std::vector<float> actions;            // [rows x act_dim]
  std::vector<float> rewards;            // [rows]
  std::vector<float> next_observations;  // [rows x obs_dim], true successors, raw
  std::vector<StepEnd> ends;             // [rows]
  std::vector<uint8_t> begins;           // [rows], 1 where an episode begins
  std::vector<float> states;             // [count x state_width], before the first step

  size_t rows() const { return static_cast<size_t>(steps) * count; }
};

/// The last steps of every environment in time order, and the learner's memory before every
/// `sequence_length`-th of them: what sequences are drawn from. A sequence begins where a memory
/// was kept, has `burn_in` steps to bring it up to date and `sequence_length` steps to learn from,
/// so that every step but the first few is learned from in exactly one place. It may run from one
/// episode into the next. Memory grows as it fills.
///
/// Source: Kapturowski et al. 2019, "Recurrent experience replay in distributed reinforcement
/// learning" (R2D2), section 2.3 (sequences that overlap, across no episode's end) and 3 (stored
/// state and burn-in). Departure: sequences may cross an episode's end, where the state is zero.
class SequenceReplay {
 public:
  struct Options {
    int64_t capacity = 1'000'000;  // steps of all environments together
    int num_envs = 1, obs_dim = 0, act_dim = 0;
    int sequence_length = 16, burn_in = 0;
    int state_width = 0;
  };
  explicit SequenceReplay(const Options& options);

  /// One step of every environment. @param begins  [num_envs]. @param states
  /// [num_envs x state_width], the memory before the step; looked at where it is kept.
  void Add(const StepBatch& batch, std::span<const uint8_t> begins, std::span<const float> states);
  /// Steps that are kept, of all environments together.
  int64_t size() const;
  /// Sequences that can be drawn.
  int64_t sequences() const { return (LastStart() - FirstStart() + 1) * options_.num_envs; }
  /// Draws uniformly, with replacement. Requires sequences() > 0.
  void Sample(int count, Random& random, SequenceBatch* batch) const;
  /// @throws UserError if what was saved had another shape.
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  // a step is one row: observation, action, next observation, reward
  int row_width() const { return 2 * options_.obs_dim + options_.act_dim + 1; }
  /// Of the oldest and the newest start that a whole sequence is kept of, counted in starts.
  int64_t FirstStart() const;
  int64_t LastStart() const;
  void Copy(int64_t start, int env, int sequence, SequenceBatch* batch) const;

  Options options_;
  int64_t starts_;               // that there is room for
  int64_t capacity_;             // steps of every environment, starts_ sequence lengths
  int64_t steps_ = 0;            // of every environment so far
  AlignedVector<float> rows_;    // [capacity x num_envs x row_width]
  std::vector<uint8_t> ends_;    // [capacity x num_envs], of StepEnd
  std::vector<uint8_t> begins_;  // [capacity x num_envs]
  std::vector<float> states_;    // [starts x num_envs x state_width]
};

}  // namespace sinew::agents
