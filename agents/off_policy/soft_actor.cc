#include "agents/off_policy/soft_actor.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "agents/off_policy/actor_head.h"
#include "core/error.h"

namespace sinew::agents {
namespace {

LearnerOptions WithoutTarget(LearnerOptions options) {
  options.has_target = false;
  return options;
}

}  // namespace

void SoftActorOptions::Describe(OptionTable& table) {
  table.Add("actor_lr", &actor_lr, {0, 1}, "Adam step size of the actor");
  table.Add("critic_lr", &critic_lr, {0, 1}, "Adam step size of the critics");
  table.Add("learned_temperature", &learned_temperature,
            "the temperature follows the entropy target");
  table.Add("temperature", &temperature, {1e-6, 1e3}, "worth of a nat of entropy, at the start");
  table.Add("temperature_lr", &temperature_lr, {0, 1}, "Adam step size of the temperature's log");
  table.Add("target_entropy", &target_entropy, {-20, 0.69},
            "what the policy's entropy is held at, for each action element", "nats");
  table.Add("log_std_low", &log_std_low, {-20, 2}, "least log standard deviation before tanh");
  table.Add("log_std_high", &log_std_high, {-20, 2}, "largest one");
  table.Add("warmup_range", &warmup_range, {0, 1},
            "actions are uniform within this before the first update");
}

void SoftActorOptions::CheckDeviations() const {
  if (log_std_low < log_std_high) return;
  throw UserError(fmt::format("agent.log_std_low = {} is not below agent.log_std_high = {}",
                              log_std_low, log_std_high));
}

SoftActor::SoftActor(const OffPolicyOptions& common, const SoftActorOptions& options,
                     const models::NetworkSpec& spec, const AgentContext& context, Random& random)
    : options_(options),
      action_l2_(common.action_l2),
      act_dim_(context.act_dim),
      pool_(context.pool),
      target_random_(context.seed, "target noise"),
      actor_random_(context.seed, "actor noise"),
      actor_("actor", spec, WithoutTarget(common.learner(options.actor_lr)), random),
      frozen_(MakeNetwork(spec, common.learner(0))),
      temperature_(options.temperature, options.temperature_lr, random) {}

void SoftActor::BeginUpdate() {
  actor_.CopyTo(frozen_.get());
  alpha_ = temperature_.alpha();
}

const SquashedSample& SoftActor::SampleNext(const Batch& batch) {
  next_.DrawNoise(batch.actions.size(), target_random_);
  SampleSquashed(frozen_->Evaluate(batch.next_observations, {}, batch.size), act_dim_,
                 options_.range(), &next_);
  return next_;
}

const SquashedSample& SoftActor::SampleNow(const Batch& batch) {
  sample_.DrawNoise(batch.actions.size(), actor_random_);
  outputs_ = actor_.online().Forward(batch.observations, {}, batch.size);
  SampleSquashed(outputs_, act_dim_, options_.range(), &sample_);
  saturation_.Add(SaturatedShare(sample_.actions));
  return sample_;
}

void SoftActor::CheckSample(double mean_q) {
  CheckFinite(mean_q, "Q of the actor's actions");
  CheckFinite(MeanOf(sample_.log_probs), "policy's log-probability");
  actor_q_.Add(mean_q);
}

void SoftActor::Backward(std::span<const float> first, std::span<const float> second) {
  action_gradient_.resize(sample_.actions.size());
  std::ranges::transform(first, second, action_gradient_.begin(), std::plus<float>());
  gradient_.resize(2 * sample_.actions.size());
  SoftPolicyGradient(sample_, action_gradient_, alpha_, gradient_);
  if (action_l2_ > 0) {
    // the means alone: what tanh of the exported policy sees
    AddPenaltyGradient(outputs_.data(), static_cast<int>(outputs_.size()) / (2 * act_dim_),
                       act_dim_, 2 * act_dim_, action_l2_, gradient_.data());
  }
  actor_.online().Backward(gradient_, {.parameters = true, .pool = pool_});
}

void SoftActor::FollowEntropy(double progress) {
  if (options_.learned_temperature) {
    temperature_.Step(TemperatureGradient(sample_.log_probs,
                                          options_.target_entropy.At(progress) * act_dim_, alpha_));
  }
  entropy_.Add(-MeanOf(sample_.log_probs));
  std_dev_.Add(MeanOf(sample_.std_dev));
}

void SoftActor::Track(Figures* figures) {
  figures->Track("actor_q", &actor_q_);
  figures->Track("entropy", &entropy_);
  figures->Track("std_dev", &std_dev_);
  figures->Track("saturation", &saturation_);
}

Metrics SoftActor::Gauges() const {
  return {{"temperature", temperature_.alpha()}, {"actor_lr", actor_.learning_rate()}};
}

void SoftActor::Serialize(models::Archive& archive) {
  archive.Value("target_random", target_random_);
  archive.Value("actor_random", actor_random_);
}

void MeanErrors(std::span<const float> first, std::span<const float> second,
                std::vector<float>* errors) {
  errors->resize(first.size());
  for (size_t i = 0; i < first.size(); ++i) (*errors)[i] = (first[i] + second[i]) / 2;
}

double MeanOf(std::span<const float> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace sinew::agents
