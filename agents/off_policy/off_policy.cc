#include "agents/off_policy/off_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "agents/base/snapshot.h"

namespace sinew::agents {
namespace {

constexpr int64_t kKeepEvery = 100;  // updates between two states to go back to

ImaginedTransitions TransitionsOf(const OffPolicyOptions& options, const AgentContext& context) {
  return {.obs_dim = context.obs_dim,
          .act_dim = context.act_dim,
          .num_envs = context.num_envs,
          .n_step = static_cast<int>(options.n_step),
          .gamma = options.gamma.start,
          .reward_scale = options.reward_scale,
          .seed = context.seed};
}

}  // namespace

OffPolicyAgent::OffPolicyAgent(const OffPolicyOptions& options, const AgentContext& context,
                               OffPolicyParts parts)
    : options_(options),
      context_(context),
      parts_(std::move(parts)),
      clock_(context),
      scaler_(options.MakeScaler(context)),
      experience_(options, context),
      learners_(parts_.rule->learners(), options.max_rollbacks) {
  options.Check();
  parts_.rule->Track(&figures_);
  if (!parts_.imagination) return;
  imagination_.emplace(*parts_.imagination, TransitionsOf(options, context), context.goals);
}

bool OffPolicyAgent::warming_up() const {
  return clock_.env_steps() < std::min(options_.learning_starts, clock_.total_steps() / 2);
}

ExplorationMoment OffPolicyAgent::moment() const {
  return {warming_up(), clock_.Progress(), adjustment_.noise};
}

void OffPolicyAgent::Act(const ActBatch& batch, std::span<float> actions) {
  normalized_.resize(batch.observations.size());
  scaler_.Apply(batch.observations, normalized_);
  parts_.exploration->Act(normalized_, moment(), actions);
}

void OffPolicyAgent::Observe(const StepBatch& batch) {
  scaler_.Observe(batch.observations);
  experience_.Observe(batch);
  if (parts_.return_scale) parts_.return_scale->Observe(batch.rewards, batch.results);
  if (imagination_) imagination_->Observe(batch);
  for (int env = 0; env < context_.num_envs; ++env) {
    if (batch.results[env].done()) parts_.exploration->EndEpisode(env);
  }
  clock_.Advance();
  if (!warming_up()) scaler_.EndWarmup();
}

LearnOutcome OffPolicyAgent::Learn() {
  if (warming_up() || experience_.size() == 0) return {};
  const int64_t updates_before = clock_.updates();
  const bool imagine = imagination_ && clock_.Progress() < parts_.imagination->imagination_until;
  if (imagine) Imagine();
  owed_updates_ += options_.updates_per_step * context_.num_envs;
  for (; owed_updates_ >= 1; owed_updates_ -= 1) {
    LearnFromExperience();
    if (imagine && imagination_->ready()) LearnFromImagination();
  }
  LearnOutcome outcome{clock_.updates() - updates_before, learners_.TakeWarnings()};
  std::ranges::move(warnings_, std::back_inserter(outcome.warnings));
  warnings_.clear();
  return outcome;
}

void OffPolicyAgent::Imagine() {
  imagination_->Imagine([this](std::span<const float> states, int, std::span<float> actions) {
    normalized_.resize(states.size());
    scaler_.Apply(states, normalized_);
    parts_.exploration->ActAnywhere(normalized_, moment(), actions);
  });
}

void OffPolicyAgent::LearnFromExperience() {
  experience_.Sample(static_cast<int>(options_.batch_size), clock_.Progress(), &batch_);
  learners_.Try(clock_.updates() + 1, clock_.env_steps(), [this] {
    const UpdateOutcome outcome = LearnFrom(&batch_);
    if (experience_.prioritized()) experience_.ReportErrors(outcome.td_errors);
    KeepNowAndThen();
  });
}

void OffPolicyAgent::LearnFromImagination() {
  for (int64_t i = 0; i < parts_.imagination->imagination; ++i) {
    imagination_->Sample(static_cast<int>(options_.batch_size), &imagined_batch_);
    learners_.Try(clock_.updates() + 1, clock_.env_steps(), [this] {
      LearnFrom(&imagined_batch_);
      KeepNowAndThen();
    });
  }
}

UpdateOutcome OffPolicyAgent::LearnFrom(Batch* batch) {
  learners_.SetRateFactor(adjustment_.learning_rate * learners_.caution() *
                          options_.lr_schedule.At(clock_.Progress()));
  scaler_.Apply(batch->observations, batch->observations);
  scaler_.Apply(batch->next_observations, batch->next_observations);
  Rediscount(batch->discounts);
  if (parts_.return_scale) {
    const auto factor = static_cast<float>(return_factor());
    for (float& reward : batch->rewards) reward *= factor;
  }
  clock_.CountUpdates(1);
  const UpdateOutcome outcome = parts_.rule->Update(
      *batch,
      {.number = clock_.updates(),
       .progress = clock_.Progress(),
       .bootstrap = {.gamma = gamma(), .bounded = options_.bound_targets, .rewards = rewards()}});
  learners_.CheckSteps();
  if (options_.q_alarm) WatchQ(outcome);
  return outcome;
}

void OffPolicyAgent::KeepNowAndThen() const {
  if (clock_.updates() % kKeepEvery == 0) learners_.Keep();
}

void OffPolicyAgent::Rediscount(std::span<float> discounts) const {
  if (options_.gamma.constant()) return;
  // (gamma_0^n)^x = gamma_t^n; 0 behind a terminal state stays 0
  const auto exponent = static_cast<float>(std::log(gamma()) / std::log(options_.gamma.start));
  for (float& discount : discounts) discount = std::pow(discount, exponent);
}

void OffPolicyAgent::WatchQ(const UpdateOutcome& outcome) {
  const double step_worth = rewards().largest_magnitude() + outcome.bonus;
  const double bound = step_worth / (1 - gamma());
  if (!q_alarm_.Look(outcome.mean_abs_q, bound)) return;
  warnings_.push_back(
      fmt::format("mean |Q| is {:.4g} at environment step {}, update {}: beyond {:.4g}, which is "
                  "what a reward of {:.4g} at every step would be worth",
                  outcome.mean_abs_q, clock_.env_steps(), clock_.updates(), bound, step_worth));
}

policy::PolicyGraph OffPolicyAgent::Snapshot() const {
  auto graph = StartSnapshot(context_, scaler_, clock_);
  return graph.Build(parts_.rule->Describe(PolicyInput(context_), &graph));
}

std::optional<policy::Critic> OffPolicyAgent::CriticSnapshot() const {
  std::optional<policy::Critic> critic = parts_.rule->CriticSnapshot();
  if (!critic) return critic;
  critic->output_scale = 1 / options_.reward_scale;
  critic->gamma = gamma();
  return critic;
}

Metrics OffPolicyAgent::TakeMetrics() {
  Metrics metrics;
  figures_.TakeInto(&metrics);
  std::ranges::move(parts_.exploration->Gauges(moment()), std::back_inserter(metrics));
  std::ranges::move(parts_.rule->Gauges(), std::back_inserter(metrics));
  if (!options_.gamma.constant()) metrics.emplace_back("gamma", gamma());
  if (parts_.return_scale) metrics.emplace_back("return_factor", return_factor());
  metrics.emplace_back("updates", static_cast<double>(clock_.updates()));
  metrics.emplace_back("replay_size", static_cast<double>(experience_.size()));
  metrics.emplace_back("rollbacks", static_cast<double>(learners_.roll_backs()));
  metrics.emplace_back("q_alarm", q_alarm_.Take());
  return metrics;
}

void OffPolicyAgent::Serialize(models::Archive& archive) {
  clock_.Serialize(archive);
  archive.Value("owed_updates", owed_updates_);
  learners_.Serialize(archive);
  scaler_.Serialize(archive);
  experience_.Serialize(archive);
  q_alarm_.Serialize(archive, "q_alarm");
  if (imagination_) imagination_->Serialize(archive, "imagination");
  figures_.Serialize(archive);
  parts_.rule->Serialize(archive);
  parts_.exploration->Serialize(archive);
  if (parts_.return_scale) parts_.return_scale->Serialize(archive, "return_scale");
}

}  // namespace sinew::agents
