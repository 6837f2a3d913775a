#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/options.h"
#include "models/archive.h"
#include "sim/start_states.h"
#include "sim/vec_env.h"

namespace sinew::training {

/// Options of the reverse curriculum; section "curriculum" of the configuration.
struct ReverseCurriculumOptions {
  double share = 0;          // of the training episodes; 0: off
  int64_t new_starts = 40;   // N_new of the paper
  int64_t old_starts = 20;   // N_old
  int64_t episodes = 120;    // of a generation, from its starts
  int64_t walk_steps = 50;   // T_B, control steps
  double walk_sigma = 1;     // of the walk's actions, cut off at their limits
  double min_success = 0.1;  // R_min
  double max_success = 0.9;  // R_max

  void Describe(OptionTable& table);
  bool enabled() const { return share > 0; }
};

/// Reverse curriculum generation (Florensa, Held, Wulfmeier, Zhang & Abbeel 2017,
/// arXiv:1707.05300, Algorithms 1 and 2): training episodes start near the goal first and, as the
/// policy learns, further and further from it. A generation of starts is tried; those from which
/// some episodes succeed and some fail are kept; random walks from them, and a sample of what was
/// kept before, are the next generation.
///
/// Departures: success is counted over the agent's own training episodes (as in the paper) but the
/// remaining share of them starts as the task has it, for the task's distribution is what counts;
/// where no start lies between the bounds, the next walks begin at those that always succeed, or
/// else at the goal again; walks are short at first, half as long again in every generation that
/// succeeds at all, half as long in one that never does; a quarter of the walks begins at goals
/// that are drawn afresh, so that random goals do not thin out. A task that knows no state at its
/// goal (Task::ResetAtGoal) is given those in which training episodes ended with success.
class ReverseCurriculum {
 public:
  /// @throws UserError if the task has no measure of success, or the bounds contradict each other.
  ReverseCurriculum(const ReverseCurriculumOptions& options, std::shared_ptr<const sim::Task> task,
                    uint64_t seed);

  /// For VecEnv::UseStarts; changes in Observe alone.
  const sim::StartStates& starts() const { return starts_; }
  /// Takes note of finished episodes and brings about the next generation where it is due.
  void Observe(std::span<const sim::VecEnv::Episode> finished);

  int64_t generation() const { return generation_; }
  /// Share of successes among the episodes of the last whole generation.
  double success_rate() const { return success_rate_; }

  /// All that the rest of the curriculum depends on.
  void Serialize(models::Archive& archive);

 private:
  struct Tally {
    int64_t tries = 0, successes = 0;
  };

  void Count(const sim::VecEnv::Episode& episode);
  void NextGeneration();
  std::vector<sim::SimulationState> SelectStarts() const;
  void AdaptWalk(bool some_succeed);
  sim::SimulationState Goal();
  sim::SimulationState Walk(const sim::SimulationState& from);
  void Keep(std::span<const sim::SimulationState> good);

  ReverseCurriculumOptions options_;
  sim::Env env_;  // goals and walks
  bool knows_goals_ = false;
  Random random_;
  sim::StartStates starts_;
  std::vector<Tally> tallies_;                 // one a start
  std::vector<sim::SimulationState> old_;      // that were good once
  std::vector<sim::SimulationState> reached_;  // ends of successes, where the task knows no goal
  uint64_t next_id_ = 1;
  int64_t generation_ = 0, episodes_ = 0;
  double success_rate_ = 0;
  double walk_ = 1;  // control steps that walks last at most
};

}  // namespace sinew::training
