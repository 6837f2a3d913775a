#include "training/collector.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "training/run/env_archive.h"

namespace sinew::training {
namespace {

constexpr int64_t kHopeless = 100;  // episodes after which a run that only diverges is given up

}  // namespace

Collector::Collector(const RunConfig& config, std::shared_ptr<const sim::Task> task,
                     ThreadPool* pool)
    : task_(std::move(task)),
      ignore_warnings_(config.train().ignore_warnings),
      envs_(task_, static_cast<int>(config.train().num_envs), config.seed(), pool,
            sim::Starts::kTraining),
      curriculum_(config.BuildCurriculum(task_)),
      actions_(config.train().num_envs * task_->spec().act_dim()) {
  envs_.CutEpisodes(config.train().episode_steps);
  if (curriculum_) envs_.UseStarts(&curriculum_->starts());
}

agents::StepBatch Collector::Step() {
  before_.assign(envs_.observations().begin(), envs_.observations().end());
  envs_.Step(actions_);
  for (const sim::VecEnv::Episode& episode : envs_.finished()) {
    sums_.episodes += 1;
    sums_.successes += episode.success;
    sums_.length += episode.length;
    sums_.episode_return += episode.episode_return;
    episodes_ += 1;
    diverged_ += episode.diverged;
    if (divergence_.empty()) divergence_ = episode.divergence;
  }
  const auto [low, high] = std::ranges::minmax(envs_.rewards());
  reward_low_ = std::min(reward_low_, double{low});
  reward_high_ = std::max(reward_high_, double{high});
  if (curriculum_) curriculum_->Observe(envs_.finished());
  return {before_, actions_, envs_.rewards(), envs_.next_observations(), envs_.results()};
}

void Collector::CheckHealth() const {
  if (episodes_ >= kHopeless && diverged_ == episodes_) {
    throw Error(
        fmt::format("all {} training episodes diverged, so that nothing can be learned: {}; {}",
                    episodes_, divergence_, kAgainstDivergence));
  }
  if (ignore_warnings_) return;
  const sim::WarningCounts warnings = envs_.warnings();
  if (!warnings.any()) return;
  throw Error(fmt::format("{}; to train all the same: --set train.ignore_warnings=true",
                          warnings.ToString()));
}

void Collector::Summarize(TrainSummary* summary) const {
  summary->diverged = diverged_;
  summary->divergence = divergence_;
  summary->warnings = envs_.warnings();
  summary->reward_low = reward_low_;
  summary->reward_high = reward_high_;
}

std::vector<Metric> Collector::TakeMetrics() {
  std::vector<Metric> metrics{{"diverged", static_cast<double>(diverged_)}};
  if (sums_.episodes > 0) {
    const auto episodes = static_cast<double>(sums_.episodes);
    metrics.push_back({"episode_return", sums_.episode_return / episodes});
    metrics.push_back({"episode_length", static_cast<double>(sums_.length) / episodes});
    if (!task_->spec().success.empty())
      metrics.push_back({"success_rate", static_cast<double>(sums_.successes) / episodes});
  }
  sums_ = {};
  if (curriculum_) {
    metrics.push_back({"curriculum_generation", static_cast<double>(curriculum_->generation())});
    metrics.push_back({"curriculum_success", curriculum_->success_rate()});
  }
  return metrics;
}

void Collector::Serialize(models::Archive& archive) {
  archive.Value("episodes", episodes_);
  archive.Value("diverged", diverged_);
  archive.Value("reward.low", reward_low_);
  archive.Value("reward.high", reward_high_);
  archive.Value("episodes.count", sums_.episodes);
  archive.Value("episodes.successes", sums_.successes);
  archive.Value("episodes.length", sums_.length);
  archive.Value("episodes.return", sums_.episode_return);
  if (curriculum_) curriculum_->Serialize(archive);
  SerializeEnvironments(archive, "env", &envs_);
}

}  // namespace sinew::training
