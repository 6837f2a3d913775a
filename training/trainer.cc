#include "training/trainer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/error.h"
#include "core/files.h"
#include "core/version.h"
#include "training/curriculum/reverse_curriculum.h"
#include "training/run/env_archive.h"
#include "training/run/metrics_log.h"
#include "training/run/run_control.h"
#include "training/tensorboard/tensorboard.h"

namespace sinew::training {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kLogRows = 100;                         // rows of progress.csv a run
constexpr double kReportSeconds = 1, kPolicySeconds = 3;  // between two looks of a watcher

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Sums over the episodes that ended since the last log row.
struct EpisodeSums {
  int64_t episodes = 0, successes = 0, length = 0;
  double episode_return = 0;
};

class Trainer {
 public:
  Trainer(const RunConfig& config, const RunFolder& folder, const TrainHooks& hooks)
      : config_(config),
        options_(config.train()),
        folder_(folder),
        hooks_(hooks),
        task_(config.BuildTask()),
        pool_(static_cast<int>(options_.threads)),
        envs_(task_, static_cast<int>(options_.num_envs), config.seed(), &pool_,
              sim::Starts::kTraining),
        agent_(config.BuildAgent(*task_, &pool_)),
        curriculum_(config.BuildCurriculum(task_)),
        actions_(options_.num_envs * task_->spec().act_dim()) {
    envs_.CutEpisodes(options_.episode_steps);
    if (curriculum_) envs_.UseStarts(&curriculum_->starts());
  }

  void Restore(const std::filesystem::path& checkpoint) {
    models::Archive archive(checkpoint);
    Serialize(archive);
  }

  TrainSummary Run(std::optional<int64_t> resumed_at) {
    start_ = Clock::now();
    csv_.emplace(folder_.progress(), resumed_at);
    evaluations_.emplace(folder_.evaluations(), resumed_at);
    events_.emplace(folder_.root(), resumed_at);
    control_.emplace(folder_, request_);
    rate_.emplace(agent_->env_steps());
    progress_.emplace(ProgressOptions{.label = config_.task_name() + " " + config_.agent_name(),
                                      .first_step = agent_->env_steps(),
                                      .total_steps = options_.steps,
                                      .quiet = hooks_.quiet});
    manifest_ = MakeManifest();
    WriteManifest(folder_.manifest(), manifest_);
    try {
      return Loop();
    } catch (...) {
      FinishManifest(RunStatus::kFailed);
      throw;
    }
  }

 private:
  TrainSummary Loop() {
    while (agent_->env_steps() < options_.steps) {
      Round();
      const int64_t step = agent_->env_steps();
      progress_->Update(step, SecondsSince(start_));
      Attend(step);
      if (Due(step, std::max<int64_t>(1, options_.steps / kLogRows))) LogProgress(step);
      if (Due(step, options_.eval_interval())) EvaluateOnTheWay(step);
      if (hooks_.stop_requested()) return Interrupt(step);
      if (Due(step, options_.checkpoint_interval()) && step < options_.steps) SaveCheckpoint(step);
    }
    return Finish();
  }

  // what a watcher asks for and wants to see; pauses here
  void Attend(int64_t step) {
    do {
      if (control_->Poll(step)) {
        request_ = control_->in_force();
        agent_->Adjust({request_.learning_rate_factor, request_.noise_factor});
      }
      if (control_->ReportDue(kReportSeconds)) Report(step);
      if (request_.paused) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    } while (request_.paused && !hooks_.stop_requested());
  }

  void Report(int64_t step) {
    rate_->Update(step, SecondsSince(start_));
    WriteLive(folder_, {request_.paused ? "paused" : "running", step, rate_->steps_per_second(),
                        wall_before_ + SecondsSince(start_), request_});
    if (published_step_ == step || SecondsSince(published_) < kPolicySeconds) return;
    published_ = Clock::now();
    published_step_ = step;
    Publish(folder_.live_policy(), Policy(), Flush::kNo);
  }

  // a policy, and beside it what the agent thinks of states and actions
  void Publish(const std::filesystem::path& path, const policy::PolicyArtifact& artifact,
               Flush flush = Flush::kYes) {
    if (auto critic = agent_->CriticSnapshot()) {
      critic->policy_hash = policy::PolicyHash(artifact);
      policy::SaveCritic(policy::CriticPath(path), *critic, flush);
    }
    policy::SavePolicy(path, artifact, flush);
  }

  // one step of every environment, and the updates that it pays for
  void Round() {
    const auto observations = envs_.observations();
    before_.assign(observations.begin(), observations.end());
    agent_->Act(before_, actions_);
    envs_.Step(actions_);
    agent_->Observe(
        {before_, actions_, envs_.rewards(), envs_.next_observations(), envs_.results()});
    agent_->Update();
    for (const std::string& text : agent_->TakeWarnings()) progress_->Message("warning: " + text);
    for (const sim::VecEnv::Episode& episode : envs_.finished()) {
      sums_.episodes += 1;
      sums_.successes += episode.success;
      sums_.length += episode.length;
      sums_.episode_return += episode.episode_return;
      diverged_ += episode.diverged;
      progress_->ReportReturn(episode.episode_return);
    }
    if (curriculum_) curriculum_->Observe(envs_.finished());
  }

  // whether a multiple of `interval` was reached in this round
  bool Due(int64_t step, int64_t interval) const {
    return step / interval != (step - options_.num_envs) / interval;
  }

  void LogProgress(int64_t step) {
    std::vector<Metric> row{{"wall_seconds", wall_before_ + SecondsSince(start_)},
                            {"diverged", static_cast<double>(diverged_)}};
    if (sums_.episodes > 0) {
      const auto episodes = static_cast<double>(sums_.episodes);
      row.push_back({"episode_return", sums_.episode_return / episodes});
      row.push_back({"episode_length", static_cast<double>(sums_.length) / episodes});
      if (!task_->spec().success.empty())
        row.push_back({"success_rate", static_cast<double>(sums_.successes) / episodes});
    }
    sums_ = {};
    if (curriculum_) {
      row.push_back({"curriculum_generation", static_cast<double>(curriculum_->generation())});
      row.push_back({"curriculum_success", curriculum_->success_rate()});
    }
    for (const auto& [name, value] : agent_->TakeMetrics()) row.push_back({name, value});
    csv_->Append(step, row);
    for (Metric& metric : row) metric.name = "train/" + metric.name;
    events_->Append(step, row);
  }

  policy::PolicyArtifact Policy() const {
    policy::PolicyArtifact artifact = agent_->Snapshot();
    CompleteContract(config_, *task_, &artifact.contract);
    return artifact;
  }

  Evaluation EvaluatePolicy(const policy::PolicyArtifact& artifact, int64_t episodes) {
    return Evaluate(
        task_, [&] { return policy::MakeArtifactPolicy(artifact); }, episodes, kEvaluationSeed,
        &pool_);
  }

  void EvaluateOnTheWay(int64_t step) {
    policy::PolicyArtifact artifact = Policy();
    const Evaluation evaluation = EvaluatePolicy(artifact, options_.eval_episodes);
    RecordEvaluation(step, evaluation);
    artifact.contract.evaluation = Brief(evaluation);
    std::filesystem::create_directories(folder_.policy(step).parent_path());
    Publish(folder_.policy(step), artifact);
    if (has_best_ && evaluation.mean <= best_mean_) return;
    has_best_ = 1;
    best_mean_ = evaluation.mean;
    Publish(folder_.best_policy(), artifact);
  }

  void RecordEvaluation(int64_t step, const Evaluation& evaluation) {
    nlohmann::ordered_json json = evaluation.ToJson();
    json["wall_seconds"] = wall_before_ + SecondsSince(start_);
    evaluations_->Append(step, json);
    std::vector<Metric> metrics{{"eval/mean", evaluation.mean}, {"eval/iqm", evaluation.iqm}};
    EvaluationBrief brief{evaluation.mean, evaluation.ci95};
    for (const SuccessRate& rate : evaluation.success)
      metrics.push_back({"eval/success_" + rate.name, rate.rate});
    if (!evaluation.success.empty()) brief.success_rate = evaluation.success.front().rate;
    events_->Append(step, metrics);
    progress_->ReportEvaluation(brief);
  }

  static spec::Contract::Evaluation Brief(const Evaluation& evaluation) {
    return {.episodes = static_cast<int64_t>(evaluation.episodes.size()),
            .mean = evaluation.mean,
            .iqm = evaluation.iqm,
            .ci95_low = evaluation.ci95.low,
            .ci95_high = evaluation.ci95.high,
            .success_rate = evaluation.success.empty() ? 0 : evaluation.success.front().rate};
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
    double wall = wall_before_ + (archive.loading() ? 0 : SecondsSince(start_));
    archive.Value("wall_seconds", wall);
    if (archive.loading()) wall_before_ = wall;
    archive.Value("diverged", diverged_);
    archive.Value("has_best", has_best_);
    archive.Value("best_mean", best_mean_);
    archive.Value("learning_rate_factor", request_.learning_rate_factor);
    archive.Value("noise_factor", request_.noise_factor);
    if (archive.loading()) agent_->Adjust({request_.learning_rate_factor, request_.noise_factor});
    archive.Value("episodes.count", sums_.episodes);
    archive.Value("episodes.successes", sums_.successes);
    archive.Value("episodes.length", sums_.length);
    archive.Value("episodes.return", sums_.episode_return);
    agent_->Serialize(archive);
    if (curriculum_) curriculum_->Serialize(archive);
    SerializeEnvironments(archive, "env", &envs_);
  }

  TrainSummary Interrupt(int64_t step) {
    progress_->Finish();
    SaveCheckpoint(step);
    FinishManifest(RunStatus::kInterrupted);
    TrainSummary summary = Summary();
    summary.interrupted = true;
    return summary;
  }

  TrainSummary Finish() {
    policy::PolicyArtifact artifact = Policy();
    TrainSummary summary = Summary();
    summary.evaluation = EvaluatePolicy(artifact, options_.final_episodes);
    artifact.contract.evaluation = Brief(summary.evaluation);
    Publish(folder_.final_policy(), artifact);
    if (!has_best_) Publish(folder_.best_policy(), artifact);
    SaveCheckpoint(agent_->env_steps());
    progress_->Finish();
    FinishManifest(RunStatus::kFinished);
    return summary;
  }

  TrainSummary Summary() const {
    TrainSummary summary;
    summary.env_steps = agent_->env_steps();
    summary.updates = agent_->updates();
    summary.diverged = diverged_;
    summary.wall_seconds = wall_before_ + SecondsSince(start_);
    summary.best_mean = best_mean_;
    return summary;
  }

  RunManifest MakeManifest() const {
    RunManifest manifest = DescribeBuildAndMachine();
    manifest.libraries.insert(hooks_.libraries.begin(), hooks_.libraries.end());
    manifest.blas = hooks_.blas;
    manifest.task = config_.task_name();
    manifest.agent = config_.agent_name();
    manifest.seed = config_.seed();
    manifest.config_hash = HashHex(config_.config().ToToml());
    manifest.model_hash = envs_.env(0).simulation().model_hash();
    manifest.command_line = hooks_.command_line;
    return manifest;
  }

  void FinishManifest(RunStatus status) {
    manifest_.status = status;
    manifest_.env_steps = agent_->env_steps();
    manifest_.wall_clock_seconds = wall_before_ + SecondsSince(start_);
    WriteManifest(folder_.manifest(), manifest_);
  }

  const RunConfig& config_;
  const TrainOptions options_;
  RunFolder folder_;
  TrainHooks hooks_;
  std::shared_ptr<const sim::Task> task_;
  ThreadPool pool_;
  sim::VecEnv envs_;
  std::unique_ptr<agents::Agent> agent_;
  std::unique_ptr<ReverseCurriculum> curriculum_;
  std::vector<float> actions_, before_;
  EpisodeSums sums_;
  int64_t diverged_ = 0, has_best_ = 0;
  double best_mean_ = 0;
  ControlRequest request_;  // what a watcher has asked for
  std::optional<RunControl> control_;
  std::optional<RateMeter> rate_;
  Clock::time_point published_{};
  int64_t published_step_ = -1;
  double wall_before_ = 0;  // of earlier parts of the run
  Clock::time_point start_;
  std::optional<CsvLog> csv_;
  std::optional<JsonLines> evaluations_;
  std::optional<EventFile> events_;
  std::optional<ProgressReporter> progress_;
  RunManifest manifest_;
};

}  // namespace

void CompleteContract(const RunConfig& config, const sim::Task& task, spec::Contract* contract) {
  const spec::TaskSpec& spec = task.spec();
  const sim::Simulation simulation = task.MakeSimulation();
  contract->task = spec.name;
  contract->agent = config.agent_name();
  contract->model_hash = simulation.model_hash();
  contract->commit = Commit();
  contract->control_dt = spec.control_dt;
  contract->timestep = simulation.model()->opt.timestep;
  contract->gravity_compensation = spec.gravity_compensation;
  contract->action = spec.action;
  for (const OptionTable::Entry& entry : config.task_options().entries()) {
    contract->task_options.push_back({entry.key, entry.get()});
  }
  for (const OptionTable::Entry& entry : config.randomization().entries()) {
    if (spec.randomization.enabled())
      contract->task_options.push_back({"randomize." + entry.key, entry.get()});
  }
  for (size_t i = 0; i < spec.observation.size(); ++i) {
    contract->observation[i].name = spec.observation[i].name;
    contract->observation[i].unit = spec.observation[i].unit;
    contract->observation[i].frame = sim::FrameOf(spec.observation[i], simulation.model());
  }
}

TrainSummary Train(const RunConfig& config, const RunFolder& folder, const TrainHooks& hooks) {
  const RunLock lock(folder);
  WriteFileAtomically(folder.config(), config.config().ToToml());
  Trainer trainer(config, folder, hooks);
  return trainer.Run(std::nullopt);
}

TrainSummary Resume(const RunConfig& config, const RunFolder& folder, const TrainHooks& hooks) {
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
