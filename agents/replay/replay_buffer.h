#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agents/columns/row_ring.h"
#include "agents/columns/sequences.h"
#include "agents/replay/priorities.h"
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

/// One transition to be stored.
struct Transition {
  std::span<const float> observation;  // [obs_dim]
  std::span<const float> action;       // [act_dim]
  float reward = 0;                    // summed over n steps
  std::span<const float> next_observation;
  float discount = 1;
};

/// The last `capacity` transitions, sampled with replacement, uniformly or by priority, or as
/// sequences. Memory grows as it fills.
class ReplayBuffer {
 public:
  struct Options {
    int64_t capacity = 1;
    int obs_dim = 0, act_dim = 0;
    std::optional<double> priority_alpha{};  // see Priorities; without it there are no priorities
    int streams = 0;  // environments whose transitions can be drawn in sequences; 0: none can
  };
  explicit ReplayBuffer(const Options& options);

  /// Columns "observation", "action", "next_observation", "reward", "discount", and with streams
  /// "next_row" (int32), the row that follows in the same episode, -1 if there is none.
  const Schema& schema() const { return ring_.schema(); }
  int64_t size() const { return ring_.size(); }
  int64_t capacity() const { return ring_.capacity(); }
  /// Null if there are none. A new transition enters by itself.
  Priorities* priorities() { return priorities_ ? &*priorities_ : nullptr; }
  /// @param stream  the environment, where sequences are kept: its transition follows the one that
  /// it added before.
  void Add(const Transition& transition, int stream = 0);
  /// What the stream adds next follows nothing.
  void EndEpisode(int stream);
  /// Fills in uniformly drawn indices. Requires size() > 0.
  void Draw(Random& random, std::span<int64_t> indices) const;
  /// Copies the transitions to the first rows of the batch, which has room for them.
  /// @param indices  -1: a row of zeros.
  void Gather(std::span<const int64_t> indices, Batch* batch) const;
  /// Both of these. @param batch  resized to `size` rows.
  void Sample(int size, Random& random, Batch* batch) const;
  /// The sequences of up to `length` steps that begin with these transitions. Requires streams;
  /// SequenceRows::rows are indices for Gather.
  SequenceRows Sequences(std::span<const int64_t> starts, int length) const;
  /// @throws UserError if what was saved had another capacity.
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  enum ColumnIndex { kObservation, kAction, kNextObservation, kReward, kDiscount, kNextRow };
  /// The row that a stream added last.
  struct Last {
    int64_t row = -1;
    int64_t appended = 0;  // rows there had been when it was added, itself included
  };

  static Schema SchemaOf(const Options& options);
  void Link(int stream, int64_t row);

  Options options_;
  RowRing ring_;
  std::optional<Priorities> priorities_;
  std::vector<Last> last_;  // one a stream
  mutable std::vector<int64_t> indices_;
};

}  // namespace sinew::agents
