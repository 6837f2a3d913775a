#include "training/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/error.h"
#include "sim/scripted_policies.h"
#include "training/collector.h"
#include "training/recorder.h"
#include "training/run/run_contract.h"
#include "training/run/run_control.h"

namespace sinew::training {
namespace {

constexpr int64_t kLogRows = 100;  // rows of progress.csv a run
constexpr int64_t kBaselineEpisodes = 20;
constexpr double kReportSeconds = 1;  // between two looks of a watcher

class Trainer {
 public:
  Trainer(const RunConfig& config, const RunFolder& folder, const TrainHooks& hooks)
      : config_(config),
        options_(config.train()),
        folder_(folder),
        hooks_(hooks),
        task_(config.BuildTask()),
        pool_(static_cast<int>(options_.threads)),
        collector_(config, task_, &pool_),
        agent_(config.BuildAgent(*task_, &pool_)),
        recorder_(config, folder, hooks, collector_.simulation().model_hash()) {}

  void Restore(const std::filesystem::path& checkpoint) {
    models::Archive archive(checkpoint);
    Serialize(archive);
  }

  TrainSummary Run(std::optional<int64_t> resumed_at) {
    recorder_.Begin(agent_->env_steps(), resumed_at);
    control_.emplace(folder_, request_);
    try {
      return Loop();
    } catch (const EvaluationStopped&) {
      return Interrupt(agent_->env_steps());
    } catch (...) {
      recorder_.End(RunStatus::kFailed, agent_->env_steps());
      throw;
    }
  }

 private:
  TrainSummary Loop() {
    if (agent_->env_steps() == 0) CompareWithBaselines();
    if (evaluation_due_) {
      EvaluateOnTheWay(agent_->env_steps());
      SaveCheckpoint(agent_->env_steps());
    }
    while (agent_->env_steps() < options_.steps) {
      Round();
      const int64_t step = agent_->env_steps();
      collector_.CheckHealth();
      recorder_.ShowStep(step);
      Attend(step);
      if (Due(step, std::max<int64_t>(1, options_.steps / kLogRows))) LogProgress(step);
      if (Due(step, options_.eval_interval())) EvaluateOnTheWay(step);
      if (hooks_.stop_requested()) return Interrupt(step);
      if (Due(step, options_.checkpoint_interval()) && step < options_.steps) SaveCheckpoint(step);
    }
    return Finish();
  }

  // one step of every environment, and the updates that it pays for
  void Round() {
    agent_->Act(collector_.act_batch(), collector_.actions());
    agent_->Observe(collector_.Step());
    const agents::LearnOutcome learned = agent_->Learn();
    for (const std::string& text : learned.warnings) recorder_.Warn(text);
    for (const sim::VecEnv::Episode& episode : collector_.finished())
      recorder_.ShowReturn(episode.episode_return);
  }

  PolicySnapshot Snapshot() const { return {agent_->Snapshot(), agent_->CriticSnapshot()}; }

  // what a watcher asks for and wants to see; pauses here
  void Attend(int64_t step) {
    do {
      if (control_->Poll(step)) {
        request_ = control_->in_force();
        TakeUpRequest();
      }
      if (control_->ReportDue(kReportSeconds) && recorder_.ReportLive(step, request_))
        recorder_.PublishLive(step, Snapshot());
      if (request_.paused) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    } while (request_.paused && !hooks_.stop_requested());
  }

  void TakeUpRequest() { agent_->Adjust({request_.learning_rate_factor, request_.noise_factor}); }

  // whether a multiple of `interval` was reached in this round
  bool Due(int64_t step, int64_t interval) const {
    return step / interval != (step - options_.num_envs) / interval;
  }

  void LogProgress(int64_t step) {
    std::vector<Metric> row = collector_.TakeMetrics();
    for (const auto& [name, value] : agent_->TakeMetrics()) row.push_back({name, value});
    recorder_.LogRow(step, std::move(row));
  }

  Evaluation EvaluatePolicy(const PolicyFactory& make_policy, int64_t episodes) {
    return Evaluate(task_, make_policy, episodes, kEvaluationSeed, &pool_, hooks_.stop_evaluation);
  }

  // what one gets for nothing, where a look at it is cheap beside the run
  void CompareWithBaselines() {
    const int64_t steps = 2 * kBaselineEpisodes * task_->spec().time_limit;
    if (steps > options_.steps) return;
    std::map<std::string, double> means;
    for (const char* name : {"zero", "random"}) {
      const auto make = [&] { return sim::MakeScriptedPolicy(name, *task_, config_.seed()); };
      const Evaluation evaluation = EvaluatePolicy(make, kBaselineEpisodes);
      if (evaluation.diverged == 0) means[name] = evaluation.mean;
    }
    recorder_.NoteBaselines(std::move(means));
  }

  void EvaluateOnTheWay(int64_t step) {
    evaluation_due_ = 1;  // until it is done: a run that is stopped within it begins with it anew
    PolicySnapshot snapshot = Snapshot();
    const Evaluation evaluation = EvaluatePolicy(
        [&] { return policy::MakeArtifactPolicy(snapshot.policy); }, options_.eval_episodes);
    recorder_.LogEvaluation(step, evaluation, std::move(snapshot));
    evaluation_due_ = 0;
  }

  void SaveCheckpoint(int64_t step) {
    models::Archive archive;
    Serialize(archive);
    archive.Write(folder_.checkpoint(step));
    folder_.PruneCheckpoints(options_.keep_checkpoints);
  }

  // everything that the rest of the run depends on
  void Serialize(models::Archive& archive) {
    std::string task = config_.task_name(), agent = config_.agent_name();
    archive.Text("task", task);
    archive.Text("agent", agent);
    if (task != config_.task_name() || agent != config_.agent_name()) {
      throw UserError(fmt::format("the checkpoint is of {} on {}", agent, task));
    }
    archive.Value("evaluation_due", evaluation_due_);
    recorder_.Serialize(archive);
    archive.Value("learning_rate_factor", request_.learning_rate_factor);
    archive.Value("noise_factor", request_.noise_factor);
    if (archive.loading()) TakeUpRequest();
    agent_->Serialize(archive);
    collector_.Serialize(archive);
  }

  TrainSummary Interrupt(int64_t step) {
    SaveCheckpoint(step);
    recorder_.End(RunStatus::kInterrupted, step);
    TrainSummary summary = Summary();
    summary.interrupted = true;
    return summary;
  }

  TrainSummary Finish() {
    PolicySnapshot snapshot = Snapshot();
    const Evaluation evaluation = EvaluatePolicy(
        [&] { return policy::MakeArtifactPolicy(snapshot.policy); }, options_.final_episodes);
    recorder_.PublishFinal(evaluation, std::move(snapshot));
    SaveCheckpoint(agent_->env_steps());
    recorder_.End(RunStatus::kFinished, agent_->env_steps());
    TrainSummary summary = Summary();
    summary.evaluation = evaluation;
    return summary;
  }

  TrainSummary Summary() const {
    TrainSummary summary;
    summary.env_steps = agent_->env_steps();
    summary.updates = agent_->updates();
    collector_.Summarize(&summary);
    recorder_.Summarize(&summary);
    return summary;
  }

  const RunConfig& config_;
  const TrainOptions options_;
  RunFolder folder_;
  TrainHooks hooks_;
  std::shared_ptr<const sim::Task> task_;
  ThreadPool pool_;
  Collector collector_;
  std::unique_ptr<agents::Agent> agent_;
  Recorder recorder_;
  int64_t evaluation_due_ = 0;  // at the present step, and not done yet
  ControlRequest request_;      // what a watcher has asked for
  std::optional<RunControl> control_;
};

}  // namespace

TrainSummary Train(const RunConfig& config, const RunFolder& folder, const TrainHooks& hooks) {
  const RunLock lock(folder);
  WriteFileAtomically(folder.config(), config.config().ToToml());
  Trainer trainer(config, folder, hooks);
  return trainer.Run(std::nullopt);
}

TrainSummary Resume(const RunConfig& config, const RunFolder& folder, const TrainHooks& hooks) {
  CheckModelOfRun(config, folder);
  const RunLock lock(folder);
  const auto steps = folder.Checkpoints();
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    Trainer trainer(config, folder, hooks);
    try {
      trainer.Restore(folder.checkpoint(*step));
    } catch (const Error& error) {
      fmt::print(stderr, "skipped a damaged checkpoint: {}\n", error.what());
      continue;
    }
    return trainer.Run(*step);
  }
  throw Error(fmt::format("{} has no sound checkpoint to resume from; start the run anew",
                          folder.root().string()));
}

}  // namespace sinew::training
