#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/archive.h"
#include "policy/critic.h"
#include "policy/policy_file.h"
#include "training/evaluation/evaluation.h"
#include "training/run/manifest.h"
#include "training/run/metrics_log.h"
#include "training/run/progress.h"
#include "training/run/run_config.h"
#include "training/run/run_control.h"
#include "training/run/run_folder.h"
#include "training/tensorboard/tensorboard.h"
#include "training/train_hooks.h"
#include "training/train_summary.h"

namespace sinew::training {

/// A policy as it is to be published, with its contract, and what the learner thinks of states and
/// actions.
struct PolicySnapshot {
  policy::PolicyGraph policy;
  std::optional<policy::Critic> critic;
};

/// Everything that a run writes but for its checkpoints: manifest, logs, policies, the line that a
/// person reads, and the files for those who watch.
class Recorder {
 public:
  /// @param folder  of the run, locked by the caller. @param model_hash  of the task's model.
  Recorder(const RunConfig& config, RunFolder folder, const TrainHooks& hooks,
           const std::string& model_hash);

  /// Opens the files at environment step `step`: new ones, or those of a run that goes on from the
  /// checkpoint of `resumed_at`. The clock starts.
  /// @throws as CsvLog and JsonLines.
  void Begin(int64_t step, std::optional<int64_t> resumed_at);
  /// Of all parts of the run together.
  double wall_seconds() const;
  /// The line that a person reads, while the run goes on.
  void ShowStep(int64_t step);
  void ShowReturn(double episode_return) { progress_->ReportReturn(episode_return); }
  void Warn(const std::string& text) { progress_->Message("warning: " + text); }

  /// A row of progress.csv and of the event file.
  void LogRow(int64_t step, std::vector<Metric> row);
  /// A line of eval.jsonl; the policy among policies/ and, where it is the best so far, as
  /// best.policy. One under which the simulation diverges never is.
  void LogEvaluation(int64_t step, const Evaluation& evaluation, PolicySnapshot snapshot);
  /// What others get for nothing: mean return by the policy's name.
  void NoteBaselines(std::map<std::string, double> baselines);
  /// Fills in what the summary says of the evaluations.
  void Summarize(TrainSummary* summary) const;
  /// What is left of the run once it is over. @param evaluation  of the final policy.
  void PublishFinal(const Evaluation& evaluation, PolicySnapshot snapshot);
  /// For those who watch: how the run stands. @return  whether a newer policy is due as well.
  bool ReportLive(int64_t step, const ControlRequest& request);
  void PublishLive(int64_t step, PolicySnapshot snapshot);

  /// Writes how the run has ended.
  void End(RunStatus status, int64_t env_steps);
  /// The clock and the best evaluation.
  void Serialize(models::Archive& archive);

 private:
  using Clock = std::chrono::steady_clock;

  double SecondsHere() const;
  void Publish(const std::filesystem::path& path, PolicySnapshot& snapshot,
               Flush flush = Flush::kYes);
  void WriteEvaluation(int64_t step, const Evaluation& evaluation);

  RunFolder folder_;
  ProgressOptions progress_options_;
  RunManifest manifest_;
  std::optional<CsvLog> csv_;
  std::optional<JsonLines> evaluations_;
  std::optional<EventFile> events_;
  std::optional<ProgressReporter> progress_;
  std::optional<RateMeter> rate_;
  Clock::time_point start_, published_{};
  double wall_before_ = 0;  // of earlier parts of the run
  int64_t published_step_ = -1;
  int64_t has_best_ = 0, ever_succeeded_ = 0;
  double best_mean_ = 0;
};

}  // namespace sinew::training
