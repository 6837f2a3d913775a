#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "agents/rollout/advantage.h"
#include "models/archive.h"

namespace sinew::agents {

/// `horizon` steps of every environment in time order, row t * num_envs + e, and beside them the
/// successors that are no row of their own: behind truncated steps, and behind the last step.
class RolloutBuffer {
 public:
  RolloutBuffer(int horizon, int num_envs, int obs_dim, int act_dim);

  /// Steps of every environment so far.
  int steps() const { return static_cast<int>(rewards_.size()) / num_envs_; }
  int num_envs() const { return num_envs_; }
  bool full() const { return steps() == horizon_; }
  /// One step of every environment, as the learner wants to see it. Requires !full().
  /// @param batch  results say how the steps ended; the other spans are copied.
  /// @param begins  [num_envs], not 0 where an episode begins with the step; empty: nowhere.
  void Add(const StepBatch& batch, std::span<const uint8_t> begins = {});
  void Clear();

  std::span<const float> observations() const { return observations_; }  // [rows x obs_dim]
  std::span<const float> actions() const { return actions_; }            // [rows x act_dim]
  std::span<const float> rewards() const { return rewards_; }            // [rows]
  std::span<const StepEnd> ends() const { return ends_; }                // [rows]
  std::span<const uint8_t> begins() const { return begins_; }            // [rows]
  std::span<const float> successors() const { return successors_; }      // [any number x obs_dim]
  /// The row that each of successors() follows.
  std::span<const int32_t> successor_rows() const { return successor_rows_; }

  /// Rows to learn from: all but the diverged ones, ascending.
  std::vector<int> LearnableRows() const;
  /// V(s_{t+1}) of every row. @param values  [rows], V of observations().
  /// @param successor_values  V of successors(). @param next_values  [rows], 0 where there is none.
  void GatherNextValues(std::span<const float> values, std::span<const float> successor_values,
                        std::span<float> next_values) const;

  /// @throws UserError if what was saved had another horizon or number of environments.
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  int horizon_, num_envs_, obs_dim_;
  std::vector<float> observations_, actions_, rewards_, successors_;
  std::vector<StepEnd> ends_;
  std::vector<uint8_t> begins_;
  std::vector<int32_t> successor_rows_;  // the row that each of successors_ follows
};

}  // namespace sinew::agents
