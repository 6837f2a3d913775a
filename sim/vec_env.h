#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/thread_pool.h"
#include "sim/env.h"

namespace sinew::sim {

/// N environments stepped together on a thread pool, in row-major float32 matrices that the learner
/// reads in place. Environment i has a seed of its own, drawn from Random(seed, "environment", i):
/// the same bits for any number of threads.
///
/// A finished episode is reset within the same step; `next_observations` keeps the true successor
/// s_{t+1} of every transition, `observations` is what the policy acts on next.
class VecEnv {
 public:
  VecEnv(std::shared_ptr<const Task> task, int num_envs, uint64_t seed, ThreadPool* pool,
         Starts starts = Starts::kTask);

  const spec::TaskSpec& spec() const { return envs_[0]->spec(); }
  int num_envs() const { return static_cast<int>(envs_.size()); }
  Env& env(int index) { return *envs_[index]; }
  const Env& env(int index) const { return *envs_[index]; }

  /// See Env::UseStarts.
  void UseStarts(const StartStates* starts);
  /// See Env::CutEpisodes.
  void CutEpisodes(int64_t steps);

  void Reset();
  /// @param actions  [num_envs x act_dim].
  void Step(std::span<const float> actions);

  std::span<const float> observations() const { return observations_; }  // [num_envs x obs_dim]
  /// [num_envs], 1 where observations() is the first one of an episode.
  std::span<const uint8_t> episode_begins() const { return episode_begins_; }
  std::span<const float> next_observations() const {
    return next_observations_;
  }                                                                          // [num_envs x obs_dim]
  std::span<const float> rewards() const { return rewards_; }                // [num_envs]
  const std::vector<spec::StepResult>& results() const { return results_; }  // [num_envs]

  /// An episode that the last Step finished.
  struct Episode {
    int env = 0;
    double episode_return = 0;
    int64_t length = 0;
    bool success = false, diverged = false;
    uint64_t start = 0;        // see Env::start
    SimulationState end;       // of a success, while UseStarts is in force; else empty
    std::string divergence{};  // which joint's number went bad, where it diverged
  };
  const std::vector<Episode>& finished() const { return finished_; }

  /// Of MuJoCo, over all environments since they were made.
  WarningCounts warnings() const;

  /// Restores what SaveState of each Env gave; see Env.
  std::vector<EnvState> SaveState() const;
  void RestoreState(std::span<const EnvState> states);

 private:
  std::span<float> RowOf(std::vector<float>& matrix, int index) const;
  void StepOne(int index, std::span<const float> actions);
  void ShowState(int index);

  ThreadPool* pool_;
  bool uses_starts_ = false;
  std::vector<std::unique_ptr<Env>> envs_;
  std::vector<float> observations_, next_observations_, rewards_;
  std::vector<uint8_t> episode_begins_;
  std::vector<spec::StepResult> results_;
  std::vector<Episode> finished_, finished_by_env_;
  std::vector<char> has_finished_;
};

}  // namespace sinew::sim
