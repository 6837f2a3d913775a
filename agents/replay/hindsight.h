#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agents/replay/replay_buffer.h"
#include "agents/replay/reward_range.h"
#include "core/random.h"
#include "spec/goal.h"

namespace sinew::agents {

struct HindsightOptions {
  int64_t capacity = 1'000'000;  // steps
  int num_envs = 1;
  int obs_dim = 0, act_dim = 0;
  int n_step = 1;
  double gamma = 1;
  double reward_scale = 1;
};

/// Whole episodes, from which n-step transitions are drawn as if their goal had been one that was
/// attained later in the same episode. The reward of every one of the n steps is computed anew.
///
/// Source: Andrychowicz et al. 2017, arXiv:1707.01495, Algorithm 1 with the strategy "future".
/// Departure: the goal is drawn when the transition is, not when it is stored, so that the same
/// step is seen with ever new goals and takes no memory for them.
class Hindsight {
 public:
  Hindsight(const HindsightOptions& options, std::shared_ptr<const spec::GoalModel> goals);

  /// One step of environment `env`; the episode can be drawn from once it has ended. A step on
  /// which the simulation diverged is dropped, and the episode ends before it.
  void Add(int env, std::span<const float> observation, std::span<const float> action,
           std::span<const float> next_observation, bool terminated, bool truncated, bool diverged);
  /// Of the scaled rewards that were computed so far.
  const RewardRange& rewards() const { return rewards_; }
  bool empty() const { return size_ == 0; }
  /// Fills in rows `first` to `first + count` of the batch. Requires !empty().
  void Fill(int first, int count, Random& random, Batch* batch);
  /// @throws UserError if what was saved had another capacity.
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  // what `left_` says of the last row of an episode, which has an observation but no step
  static constexpr int32_t kCut = 0, kTerminal = -1;

  int row_width() const { return options_.obs_dim + options_.act_dim; }
  void Store(std::vector<float>* episode, bool terminated);
  void Relabel(int64_t step, int row, Random& random, Batch* batch);
  std::span<const float> Observation(int64_t step) const;
  std::span<const float> Action(int64_t step) const;

  HindsightOptions options_;
  std::shared_ptr<const spec::GoalModel> goals_;
  // a ring of rows, observation and action; an episode's rows follow each other, so that what is
  // overwritten first is never needed by what is left
  int64_t size_ = 0, next_ = 0;
  RewardRange rewards_;
  std::vector<float> rows_;
  std::vector<int32_t> left_;                // steps from this row to the episode's end
  std::vector<std::vector<float>> pending_;  // rows of the episodes under way, one an environment
  std::vector<float> goal_, now_, then_;
};

}  // namespace sinew::agents
