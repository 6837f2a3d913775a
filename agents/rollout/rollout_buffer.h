#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "agents/columns/column_store.h"
#include "agents/columns/sequences.h"
#include "agents/rollout/advantage.h"
#include "models/archive.h"

namespace sinew::agents {

/// `horizon` steps of every environment in time order, row t * num_envs + e, and beside them the
/// successors that are no row of their own: behind truncated steps, and behind the last step.
class RolloutBuffer {
 public:
  /// @param act_dim  numbers a stored action has, see Distribution::sample_width.
  /// @param more     float32 columns that an algorithm adds to each step, such as a memory's state.
  RolloutBuffer(int horizon, int num_envs, int obs_dim, int act_dim, std::vector<Column> more = {});

  /// Columns "observations", "actions", "rewards", "ends" (uint8), and those that were added.
  const Schema& schema() const { return store_.schema(); }
  int num_envs() const { return num_envs_; }
  /// Steps of every environment so far.
  int steps() const { return static_cast<int>(rewards().size()) / num_envs_; }
  bool full() const { return steps() == horizon_; }
  /// One step of every environment, as the learner wants to see it. Requires !full().
  /// @param batch  results say how the steps ended; the other spans are copied.
  /// @param begins  [num_envs], not 0 where an episode begins with the step; empty: nowhere.
  /// @param more   of each added column, [num_envs x width].
  void Add(const StepBatch& batch, std::span<const uint8_t> begins = {},
           std::span<const std::span<const float>> more = {});
  void Clear();

  std::span<const float> observations() const { return Floats(kObservations); }  // [rows x obs_dim]
  std::span<const float> actions() const { return Floats(kActions); }            // [rows x act_dim]
  std::span<const float> rewards() const { return Floats(kRewards); }            // [rows]
  std::span<const StepEnd> ends() const;                                         // [rows]
  std::span<const float> successors() const { return successors_; }  // [any number x obs_dim]
  /// The k-th added column, [rows x width].
  std::span<const float> more(int k) const { return Floats(kMore + k); }
  std::span<const uint8_t> begins() const { return store_.Values<uint8_t>(kBegins); }  // [rows]

  /// Rows to learn from: all but the diverged ones, ascending.
  std::vector<int> LearnableRows() const;
  /// Every learnable row once, in sequences of up to `length` steps: an environment's rows are cut
  /// where an episode ends, and where a sequence is full. By environments, then in time order.
  SequenceRows Sequences(int length) const;
  /// V(s_{t+1}) of every row. @param values  [rows], V of observations().
  /// @param successor_values  V of successors(). @param next_values  [rows], 0 where there is none.
  void GatherNextValues(std::span<const float> values, std::span<const float> successor_values,
                        std::span<float> next_values) const;
  /// The row that each of successors() follows.
  std::span<const int32_t> successor_rows() const { return successor_rows_; }

  /// @throws UserError if what was saved had another horizon or number of environments.
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  enum ColumnIndex { kObservations, kActions, kRewards, kEnds, kBegins, kMore };

  std::span<const float> Floats(int column) const { return store_.Values<float>(column); }

  int horizon_, num_envs_, obs_dim_;
  ColumnStore store_;
  std::vector<float> successors_;
  std::vector<int32_t> successor_rows_;
};

}  // namespace sinew::agents
