#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "core/thread_pool.h"
#include "models/archive.h"
#include "sim/vec_env.h"
#include "training/curriculum/reverse_curriculum.h"
#include "training/run/metrics_log.h"
#include "training/run/run_config.h"
#include "training/train_summary.h"

namespace sinew::training {

/// Where a run's experience comes from: its environments, the curriculum of their start states, and
/// sums over the episodes that ended.
class Collector {
 public:
  /// @param pool  steps the environments; outlives the collector.
  /// @throws UserError as ReverseCurriculum.
  Collector(const RunConfig& config, std::shared_ptr<const sim::Task> task, ThreadPool* pool);

  const sim::Simulation& simulation() const { return envs_.env(0).simulation(); }

  /// What the next actions are for.
  agents::ActBatch act_batch() const { return {envs_.observations(), envs_.episode_begins()}; }
  /// To be written before Step [num_envs x act_dim].
  std::span<float> actions() { return actions_; }
  /// Steps every environment by actions(). @return  views that are valid until the next Step.
  agents::StepBatch Step();

  /// Episodes that the last Step ended.
  const std::vector<sim::VecEnv::Episode>& finished() const { return envs_.finished(); }
  /// Whether going on is of use. @throws Error if every episode so far has diverged and they are
  /// many, or if MuJoCo has left something out of the physics and the run is not told to ignore it.
  void CheckHealth() const;
  /// Fills in what the summary says of training.
  void Summarize(TrainSummary* summary) const;

  /// Means over the episodes that ended since the last call, and the state of the curriculum.
  std::vector<Metric> TakeMetrics();
  /// Everything that the rest of the run's experience depends on.
  void Serialize(models::Archive& archive);

 private:
  /// Over the episodes that ended since the last row of the log.
  struct EpisodeSums {
    int64_t episodes = 0, successes = 0, length = 0;
    double episode_return = 0;
  };

  std::shared_ptr<const sim::Task> task_;
  bool ignore_warnings_;
  sim::VecEnv envs_;
  std::unique_ptr<ReverseCurriculum> curriculum_;
  std::vector<float> actions_, before_;
  EpisodeSums sums_;
  // of the whole run
  int64_t episodes_ = 0, diverged_ = 0;
  double reward_low_ = std::numeric_limits<double>::infinity();
  double reward_high_ = -std::numeric_limits<double>::infinity();
  std::string divergence_;  // of the first episode of this part of the run that diverged
};

}  // namespace sinew::training
