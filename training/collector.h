#pragma once

#include <memory>
#include <span>
#include <vector>

#include "agents/base/agent.h"
#include "core/thread_pool.h"
#include "models/archive.h"
#include "sim/vec_env.h"
#include "training/curriculum/reverse_curriculum.h"
#include "training/run/metrics_log.h"
#include "training/run/run_config.h"

namespace sinew::training {

/// Where a run's experience comes from: its environments, the curriculum of their start states, and
/// sums over the episodes that ended.
class Collector {
 public:
  /// @param pool  steps the environments; outlives the collector.
  /// @throws UserError as ReverseCurriculum.
  Collector(const RunConfig& config, std::shared_ptr<const sim::Task> task, ThreadPool* pool);

  const sim::Simulation& simulation() const { return envs_.env(0).simulation(); }

  /// What the next actions are for [num_envs x obs_dim].
  std::span<const float> observations() const { return envs_.observations(); }
  /// To be written before Step [num_envs x act_dim].
  std::span<float> actions() { return actions_; }
  /// Steps every environment by actions(). @return  views that are valid until the next Step.
  agents::StepBatch Step();

  /// Episodes that the last Step ended.
  const std::vector<sim::VecEnv::Episode>& finished() const { return envs_.finished(); }
  /// Episodes of the whole run that diverged.
  int64_t diverged() const { return diverged_; }

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
  sim::VecEnv envs_;
  std::unique_ptr<ReverseCurriculum> curriculum_;
  std::vector<float> actions_, before_;
  EpisodeSums sums_;
  int64_t diverged_ = 0;
};

}  // namespace sinew::training
