#include "training/recorder.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/files.h"

namespace sinew::training {
namespace {

constexpr double kPolicySeconds = 3;  // between two policies for a watcher

RunManifest MakeManifest(const RunConfig& config, const TrainHooks& hooks,
                         const std::string& model_hash) {
  RunManifest manifest = DescribeBuildAndMachine();
  manifest.libraries.insert(hooks.libraries.begin(), hooks.libraries.end());
  manifest.blas = hooks.blas;
  manifest.task = config.task_name();
  manifest.agent = config.agent_name();
  manifest.seed = config.seed();
  manifest.config_hash = HashHex(config.config().ToToml());
  manifest.model_hash = model_hash;
  manifest.command_line = hooks.command_line;
  return manifest;
}

spec::Contract::Evaluation Brief(const Evaluation& evaluation) {
  return {.episodes = static_cast<int64_t>(evaluation.episodes.size()),
          .mean = evaluation.mean,
          .iqm = evaluation.iqm,
          .ci95_low = evaluation.ci95.low,
          .ci95_high = evaluation.ci95.high,
          .success_rate = evaluation.success.empty() ? 0 : evaluation.success.front().rate};
}

bool HasSuccess(const Evaluation& evaluation) {
  return !evaluation.success.empty() && evaluation.success.front().rate > 0;
}

}  // namespace

Recorder::Recorder(const RunConfig& config, RunFolder folder, const TrainHooks& hooks,
                   const std::string& model_hash)
    : folder_(std::move(folder)),
      progress_options_{.label = config.task_name() + " " + config.agent_name(),
                        .total_steps = config.train().steps,
                        .quiet = hooks.quiet},
      manifest_(MakeManifest(config, hooks, model_hash)),
      start_(Clock::now()) {}

void Recorder::Begin(int64_t step, std::optional<int64_t> resumed_at) {
  start_ = Clock::now();
  csv_.emplace(folder_.progress(), resumed_at);
  evaluations_.emplace(folder_.evaluations(), resumed_at);
  events_.emplace(folder_.root(), resumed_at);
  rate_.emplace(step);
  progress_options_.first_step = step;
  progress_.emplace(progress_options_);
  if (resumed_at) manifest_.baselines = ReadManifest(folder_.manifest()).baselines;
  WriteManifest(folder_.manifest(), manifest_);
}

double Recorder::SecondsHere() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

double Recorder::wall_seconds() const { return wall_before_ + SecondsHere(); }

void Recorder::ShowStep(int64_t step) { progress_->Update(step, SecondsHere()); }

void Recorder::LogRow(int64_t step, std::vector<Metric> row) {
  row.insert(row.begin(), {"wall_seconds", wall_seconds()});
  csv_->Append(step, row);
  for (Metric& metric : row) metric.name = "train/" + metric.name;
  events_->Append(step, row);
}

void Recorder::WriteEvaluation(int64_t step, const Evaluation& evaluation) {
  nlohmann::ordered_json json = evaluation.ToJson();
  json["wall_seconds"] = wall_seconds();
  evaluations_->Append(step, json);
  std::vector<Metric> metrics{{"eval/mean", evaluation.mean}, {"eval/iqm", evaluation.iqm}};
  EvaluationBrief brief{evaluation.mean, evaluation.ci95};
  for (const SuccessRate& rate : evaluation.success)
    metrics.push_back({"eval/success_" + rate.name, rate.rate});
  if (!evaluation.success.empty()) brief.success_rate = evaluation.success.front().rate;
  events_->Append(step, metrics);
  progress_->ReportEvaluation(brief);
}

void Recorder::LogEvaluation(int64_t step, const Evaluation& evaluation, PolicySnapshot snapshot) {
  WriteEvaluation(step, evaluation);
  ever_succeeded_ |= HasSuccess(evaluation);
  snapshot.policy.contract.evaluation = Brief(evaluation);
  std::filesystem::create_directories(folder_.policy(step).parent_path());
  Publish(folder_.policy(step), snapshot);
  if (evaluation.diverged > 0) {
    // a crash can end a run of penalties, and so look better than any episode that is sound
    Warn(fmt::format("{} of {} episodes of the evaluation at step {} diverged: {}",
                     evaluation.diverged, evaluation.episodes.size(), step, evaluation.divergence));
    return;
  }
  if (has_best_ && evaluation.mean <= best_mean_) return;
  has_best_ = 1;
  best_mean_ = evaluation.mean;
  Publish(folder_.best_policy(), snapshot);
}

void Recorder::PublishFinal(const Evaluation& evaluation, PolicySnapshot snapshot) {
  snapshot.policy.contract.evaluation = Brief(evaluation);
  Publish(folder_.final_policy(), snapshot);
  ever_succeeded_ |= HasSuccess(evaluation);
  if (has_best_ || evaluation.diverged > 0) return;
  has_best_ = 1;
  best_mean_ = evaluation.mean;
  Publish(folder_.best_policy(), snapshot);
}

void Recorder::NoteBaselines(std::map<std::string, double> baselines) {
  manifest_.baselines = std::move(baselines);
  WriteManifest(folder_.manifest(), manifest_);
}

void Recorder::Summarize(TrainSummary* summary) const {
  summary->wall_seconds = wall_seconds();
  summary->has_best = has_best_ != 0;
  summary->best_mean = best_mean_;
  summary->ever_succeeded = ever_succeeded_ != 0;
  summary->baselines = manifest_.baselines;
}

// the critic stands beside its policy and names it
void Recorder::Publish(const std::filesystem::path& path, PolicySnapshot& snapshot, Flush flush) {
  if (snapshot.critic) {
    snapshot.critic->policy_hash = policy::PolicyHash(snapshot.policy);
    policy::SaveCritic(policy::CriticPath(path), *snapshot.critic, flush);
  }
  policy::SavePolicy(path, snapshot.policy, flush);
}

bool Recorder::ReportLive(int64_t step, const ControlRequest& request) {
  rate_->Update(step, SecondsHere());
  WriteLive(folder_, {request.paused ? "paused" : "running", step, rate_->steps_per_second(),
                      wall_seconds(), request});
  return published_step_ != step &&
         Clock::now() - published_ >= std::chrono::duration<double>(kPolicySeconds);
}

void Recorder::PublishLive(int64_t step, PolicySnapshot snapshot) {
  published_ = Clock::now();
  published_step_ = step;
  Publish(folder_.live_policy(), snapshot, Flush::kNo);
}

void Recorder::End(RunStatus status, int64_t env_steps) {
  if (status != RunStatus::kFailed) progress_->Finish();
  manifest_.status = status;
  manifest_.env_steps = env_steps;
  manifest_.wall_clock_seconds = wall_seconds();
  WriteManifest(folder_.manifest(), manifest_);
}

void Recorder::Serialize(models::Archive& archive) {
  double wall = archive.loading() ? 0 : wall_seconds();
  archive.Value("wall_seconds", wall);
  if (archive.loading()) wall_before_ = wall;
  archive.Value("has_best", has_best_);
  archive.Value("ever_succeeded", ever_succeeded_);
  archive.Value("best_mean", best_mean_);
}

}  // namespace sinew::training
