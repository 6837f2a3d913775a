#include "agents/off_policy/off_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "agents/base/snapshot.h"
#include "agents/off_policy/td_losses.h"

namespace sinew::agents {
namespace {

constexpr int64_t kKeepEvery = 100;  // updates between two states to go back to

models::NormalizerMode ModeOf(const std::string& name) {
  if (name == "warmup") return models::NormalizerMode::kWarmup;
  if (name == "running") return models::NormalizerMode::kRunning;
  return models::NormalizerMode::kTask;
}

std::vector<float> MagnitudesFor(const std::string& name, const AgentContext& context) {
  return name == "none" ? std::vector<float>{} : context.obs_magnitude;
}

}  // namespace

void OffPolicyOptions::Describe(OptionTable& table) {
  table.Add("final_layer_range", &final_layer_range, {0, 1},
            "last layers start uniform within this");
  table.Add("tau", &tau, {0, 1}, "share of the online networks that enters the targets per update");
  table.Add("lr_final", &lr_final, {0, 1}, "step sizes fall linearly to this share at the end");
  table.Add("max_gradient_norm", &max_gradient_norm, {0, 1e6},
            "gradients are clipped to this norm (0: never)");
  table.Add("action_l2", &action_l2, {0, 100},
            "penalty on the square of what enters the policy's tanh, against saturation");
  table.Add("batch", &batch, {1, 65536}, "transitions per update");
  table.Add("updates_per_step", &updates_per_step, {0, 1000},
            "gradient updates per environment step");
  ExperienceOptions::Describe(table);
  table.Add("gamma_final", &gamma_final, {0, 0.99999},
            "the discount moves from gamma to this over the run (0: it stays)");
  table.Add("warmup_steps", &warmup_steps, {0, 1e9},
            "environment steps before the first update, at most half of the run", "steps");
  table.Add("normalizer", &normalizer, {"task", "warmup", "running", "none"},
            "observation scaling: by the task's magnitudes, statistics of the warm-up, running "
            "statistics, or none");
  table.Add("obs_clip", &obs_clip, {0.1, 1e6}, "bound of the scaled observation");
  table.Add("max_rollbacks", &max_rollbacks, {0, 1000},
            "updates that may fail on a value that is not finite before the run stops");
  table.Add("bound_targets", &bound_targets,
            "targets are kept within what any sequence of the rewards so far is worth");
  table.Add("q_alarm", &q_alarm,
            "warn once mean |Q| is beyond what any sequence of rewards is worth");
  table.Add("backend", &backend, {"fused", "autograd"}, "fused CPU path or LibTorch autograd");
  table.Add("device", &device, {"cpu", "cuda"}, "device of the autograd back end");
}

void OffPolicyOptions::Check() const {
  if (batch > replay_capacity) {
    throw UserError(fmt::format("agent.batch = {} is larger than agent.replay_capacity = {}", batch,
                                replay_capacity));
  }
  if (gamma_final > 0 && (gamma == 0 || gamma == 1)) {
    throw UserError(
        fmt::format("agent.gamma_final = {} asks for an agent.gamma between 0 and 1, not {}",
                    gamma_final, gamma));
  }
}

double OffPolicyOptions::Discount(double progress) const {
  if (gamma_final == 0) return gamma;
  return 1 - (1 - gamma) * std::pow((1 - gamma_final) / (1 - gamma), progress);
}

LearnerOptions OffPolicyOptions::learner(double learning_rate) const {
  return {.learning_rate = learning_rate,
          .max_gradient_norm = max_gradient_norm,
          .final_layer_range = final_layer_range,
          .backend = backend,
          .device = device};
}

OffPolicyAgent::OffPolicyAgent(const OffPolicyOptions& options, const AgentContext& context)
    : options_(options),
      context_(context),
      normalizer_(context.obs_dim, ModeOf(options.normalizer), options.obs_clip,
                  MagnitudesFor(options.normalizer, context)),
      experience_(options, context),
      roll_backs_(options.max_rollbacks) {
  options.Check();
}

void OffPolicyAgent::Act(std::span<const float> observations, std::span<float> actions) {
  normalized_.resize(observations.size());
  normalizer_.Apply(observations, normalized_);
  Explore(normalized_, actions);
}

void OffPolicyAgent::Observe(const StepBatch& batch) {
  normalizer_.Observe(batch.observations);
  experience_.Observe(batch);
  if (imagination_) imagination_->Observe(batch);
  for (int i = 0; i < context_.num_envs; ++i) {
    if (batch.results[i].done()) EndEpisode(i);
  }
  env_steps_ += context_.num_envs;
  if (!warming_up()) normalizer_.EndWarmup();
}

void OffPolicyAgent::Imagine(const ImaginationOptions& options, Imagination::Policy policy) {
  imagination_options_ = options;
  imagined_policy_ = std::move(policy);
  imagination_.emplace(options,
                       ImaginedTransitions{.obs_dim = context_.obs_dim,
                                           .act_dim = context_.act_dim,
                                           .num_envs = context_.num_envs,
                                           .n_step = static_cast<int>(options_.n_step),
                                           .gamma = options_.gamma,
                                           .reward_scale = options_.reward_scale,
                                           .seed = context_.seed},
                       context_.goals);
}

void OffPolicyAgent::Update() {
  if (warming_up() || experience_.size() == 0) return;
  const bool imagine = imagination_ && Progress() < imagination_options_.imagination_until;
  if (imagine) {
    imagination_->Imagine(
        [this](std::span<const float> states, int rows, std::span<float> actions) {
          normalized_.resize(states.size());
          normalizer_.Apply(states, normalized_);
          imagined_policy_(normalized_, rows, actions);
        });
  }
  owed_updates_ += options_.updates_per_step * context_.num_envs;
  for (; owed_updates_ >= 1; owed_updates_ -= 1) {
    UpdateOnce();
    if (imagine && imagination_->ready()) UpdateFromImagination();
  }
}

void OffPolicyAgent::UpdateOnce() {
  experience_.Sample(static_cast<int>(options_.batch), Progress(), &batch_);
  LearnFrom(&batch_, false);
}

void OffPolicyAgent::UpdateFromImagination() {
  for (int64_t i = 0; i < imagination_options_.imagination; ++i) {
    imagination_->Sample(static_cast<int>(options_.batch), &imagined_batch_);
    LearnFrom(&imagined_batch_, true);
  }
}

void OffPolicyAgent::LearnFrom(Batch* batch, bool imagined) {
  const std::vector<Learner*> learners = Learners();
  for (Learner* learner : learners) learner->SetRateFactor(RateFactor());
  normalizer_.Apply(batch->observations, batch->observations);
  normalizer_.Apply(batch->next_observations, batch->next_observations);
  Rediscount(batch->discounts);
  ++updates_;
  try {
    Learn(*batch);
    for (const Learner* learner : learners) learner->CheckStep();
    if (experience_.prioritized() && !imagined) {
      td_errors_.resize(batch->size);
      TdErrors(td_errors_);
      experience_.ReportErrors(td_errors_);
    }
    if (options_.q_alarm) WatchQ();
    if (updates_ % kKeepEvery != 0) return;
    for (const Learner* learner : learners) learner->CheckMoments();
    for (Learner* learner : learners) learner->Keep();
  } catch (const NotFinite& failure) {
    roll_backs_.GoBack(failure, Learners(), updates_, env_steps_);
  }
}

void OffPolicyAgent::Rediscount(std::span<float> discounts) const {
  if (options_.gamma_final == 0) return;
  // (gamma_0^n)^x = gamma_t^n; 0 behind a terminal state stays 0
  const auto exponent = static_cast<float>(std::log(gamma()) / std::log(options_.gamma));
  for (float& discount : discounts) discount = std::pow(discount, exponent);
}

void OffPolicyAgent::WatchQ() {
  const double step_worth = experience_.rewards().largest_magnitude() + MoreThanTheReward();
  const double bound = step_worth / (1 - gamma());
  const double mean_abs_q = MeanAbsQ();
  if (!q_alarm_.Look(mean_abs_q, bound)) return;
  warnings_.push_back(
      fmt::format("mean |Q| is {:.4g} at environment step {}, update {}: beyond {:.4g}, which is "
                  "what a reward of {:.4g} at every step would be worth",
                  mean_abs_q, env_steps_, updates_, bound, step_worth));
}

// HER (Andrychowicz et al. 2017, arXiv:1707.01495, appendix A) clips to the returns that its known
// rewards allow; here the rewards are those that were seen.
void OffPolicyAgent::Bootstrap(const Batch& batch, std::span<float> targets) const {
  BootstrappedReturn(batch.rewards, batch.discounts, targets);
  if (!options_.bound_targets || gamma() >= 1) return;
  const RewardRange rewards = experience_.rewards();
  const double more = MoreThanTheReward(), horizon = 1 / (1 - gamma());
  const auto low = static_cast<float>((rewards.low - more) * horizon),
             high = static_cast<float>((rewards.high + more) * horizon);
  for (float& target : targets) target = std::clamp(target, low, high);
}

double OffPolicyAgent::Progress() const {
  return std::min(1.0, static_cast<double>(env_steps_) / static_cast<double>(context_.total_steps));
}

double OffPolicyAgent::RateFactor() const {
  return adjustment().learning_rate * roll_backs_.caution() *
         (1 + (options_.lr_final - 1) * Progress());
}

policy::PolicyArtifact OffPolicyAgent::Snapshot() const {
  auto artifact = StartSnapshot(normalizer_, env_steps_, updates_, context_.seed);
  artifact.layers = PolicyLayers();
  artifact.gaussian = PolicyNoise();
  return artifact;
}

Metrics OffPolicyAgent::TakeMetrics() {
  Metrics metrics;
  for (const auto& [name, mean] : Means()) {
    metrics.emplace_back(name, mean->value());
    *mean = {};
  }
  for (auto& gauge : Gauges()) metrics.push_back(std::move(gauge));
  if (options_.gamma_final > 0) metrics.emplace_back("gamma", gamma());
  metrics.emplace_back("updates", static_cast<double>(updates_));
  metrics.emplace_back("replay_size", static_cast<double>(experience_.size()));
  metrics.emplace_back("rollbacks", static_cast<double>(roll_backs_.count()));
  metrics.emplace_back("q_alarm", q_alarm_.Take());
  return metrics;
}

std::vector<std::string> OffPolicyAgent::TakeWarnings() {
  std::vector<std::string> warnings = roll_backs_.TakeWarnings();
  warnings.insert(warnings.end(), warnings_.begin(), warnings_.end());
  warnings_.clear();
  return warnings;
}

void OffPolicyAgent::Serialize(models::Archive& archive) {
  archive.Value("env_steps", env_steps_);
  archive.Value("updates", updates_);
  archive.Value("owed_updates", owed_updates_);
  roll_backs_.Serialize(archive);
  for (Learner* learner : Learners()) learner->Serialize(archive);
  normalizer_.Serialize(archive, "normalizer");
  experience_.Serialize(archive);
  q_alarm_.Serialize(archive, "q_alarm");
  if (imagination_) imagination_->Serialize(archive, "imagination");
  for (const auto& [name, mean] : Means()) {
    archive.Value("metrics." + name + ".sum", mean->sum);
    archive.Value("metrics." + name + ".count", mean->count);
  }
  SerializeMore(archive);
}

}  // namespace sinew::agents
