#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/thread_pool.h"
#include "sim/env.h"
#include "spec/policy.h"
#include "training/evaluation/statistics.h"

namespace sinew::training {

/// Fixed seed of the evaluations on the way and at the end, and of `sinew eval`'s fresh episodes by
/// default.
inline constexpr uint64_t kEvaluationSeed = 1'000'003;
inline constexpr uint64_t kFreshEpisodesSeed = 2'000'003;

struct EpisodeRecord {
  double episode_return = 0;
  int64_t length = 0;
  std::vector<bool> success;  // one a criterion of the task
  double final_distance = 0;  // [m]; NaN where the task has no goal or the episode diverged
  bool diverged = false;
  std::string divergence{};            // which joint's number went bad, where it diverged
  std::vector<sim::DrawnValue> drawn;  // by the task's randomisation
};

struct SuccessRate {
  std::string name;  // of the criterion: "5cm"
  double rate = 0;
  Interval ci95;  // Wilson
};

/// Episodes of one policy from fixed start states, and what they say about it.
struct Evaluation {
  std::vector<EpisodeRecord> episodes;
  double mean = 0, std_dev = 0, iqm = 0;  // of the episode return
  Interval ci95;                          // of the mean, bootstrap; no width for one episode
  std::vector<SuccessRate> success;       // the first is the task's own; empty where it has no goal
  double episode_length = 0;
  int64_t diverged = 0;         // episodes
  std::string divergence;       // of the first of them
  sim::WarningCounts warnings;  // of MuJoCo, over all episodes

  bool all_diverged() const {
    return diverged > 0 && diverged == static_cast<int64_t>(episodes.size());
  }
  /// One episode says nothing of others: its interval is neither told nor written.
  /// "return -3.98 (95 % CI -4.10 to -3.87, IQM -3.91), success 98.0 % (96.1 to 99.0)"
  std::string Summary() const;
  /// episodes, mean, iqm, ci95, success_rate, success_ci95, episode_length and further figures.
  nlohmann::ordered_json ToJson() const;
};

/// A control step of an episode that runs, behind the step.
struct SeenStep {
  std::span<const float> observation, action;  // that the policy saw, raw, and chose
  const spec::StepResult& result;
  const sim::Env& env;
};
using StepVisitor = std::function<void(const SeenStep&)>;

/// Episode `episode` of `env` with `policy`. @param visit  called behind every step; may be empty.
EpisodeRecord RunEpisode(sim::Env* env, spec::Policy* policy, uint64_t episode,
                         const StepVisitor& visit = {});

using PolicyFactory = std::function<std::unique_ptr<spec::Policy>()>;

/// An evaluation was stopped before its last episode.
class EvaluationStopped : public Error {
 public:
  EvaluationStopped() : Error("the evaluation was stopped") {}
};

/// Runs episodes 0 .. episodes-1 of Env(task, seed), each from the same start state every time, one
/// policy a thread. The same result for any number of threads.
/// @param stop  asked again and again, from every thread; empty: never stops.
/// @throws EvaluationStopped once `stop` says so.
Evaluation Evaluate(const std::shared_ptr<const sim::Task>& task, const PolicyFactory& make_policy,
                    int64_t episodes, uint64_t seed, ThreadPool* pool,
                    const std::function<bool()>& stop = {});

/// Mean, IQM, intervals and rates of the records.
Evaluation Summarize(const spec::TaskSpec& spec, std::vector<EpisodeRecord> episodes);

}  // namespace sinew::training
