#include "agents/off_policy/fsac_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "agents/off_policy/actor_head.h"
#include "models/residual_network.h"

namespace sinew::agents {
namespace {

using models::Network;
using models::NetworkSpec;

models::ResidualShape Blocks(const FsacOptions& options, int64_t blocks) {
  const models::NormKind norm = options.norm == "rms"     ? models::NormKind::kRms
                                : options.norm == "layer" ? models::NormKind::kLayer
                                                          : models::NormKind::kNone;
  return {static_cast<int>(blocks), static_cast<int>(options.expansion), norm};
}

NetworkSpec ActorSpec(const FsacOptions& options, const AgentContext& context) {
  NetworkSpec spec;
  spec.inputs = context.obs_dim;
  spec.hidden = {static_cast<int>(options.actor_width)};
  spec.outputs = 2 * context.act_dim;
  spec.residual = Blocks(options, options.actor_blocks);
  return spec;
}

NetworkSpec CriticSpec(const FsacOptions& options, const AgentContext& context) {
  NetworkSpec spec;
  spec.inputs = context.obs_dim;
  spec.late_inputs = context.act_dim;
  spec.hidden = {static_cast<int>(options.critic_width)};
  spec.outputs = options.head().outputs();
  spec.residual = Blocks(options, options.critic_blocks);
  return spec;
}

LearnerOptions ActorLearner(const FsacOptions& options) {
  LearnerOptions learner = options.learner(options.actor_lr);
  learner.has_target = false;
  return learner;
}

double MeanOf(std::span<const float> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// the first parameters are those of a network whose weights have unit length
void StartAtUnitRows(Learner* learner, bool has_target) {
  Network& online = learner->online();
  models::ProjectToUnitRows(online.spec(), online.parameters().values());
  if (has_target) learner->CopyTo(&learner->target());
  learner->Keep();
}

}  // namespace

FsacRule::FsacRule(const FsacOptions& options, const AgentContext& context)
    : options_(options),
      head_(options.head()),
      act_dim_(context.act_dim),
      pool_(context.pool),
      init_random_(context.seed, "initial parameters"),
      target_random_(context.seed, "target noise"),
      actor_random_(context.seed, "actor noise"),
      actor_("actor", ActorSpec(options, context), ActorLearner(options), init_random_),
      frozen_actor_(MakeNetwork(ActorSpec(options, context), options.learner(0))),
      temperature_(options.temperature, options.temperature_lr, init_random_) {
  for (int i = 0; i < 2; ++i) {
    critics_[i] =
        std::make_unique<Critic>(Critic{{fmt::format("critic{}", i), CriticSpec(options, context),
                                         options.learner(options.critic_lr), init_random_}});
    if (options.unit_weights) StartAtUnitRows(&critics_[i]->learner, true);
  }
  if (options.unit_weights) StartAtUnitRows(&actor_, false);
}

UpdateOutcome FsacRule::Update(const Batch& batch, const UpdateMoment& moment) {
  const bool actor_is_due = moment.number % options_.policy_delay == 0;
  actor_.CopyTo(frozen_actor_.get());
  const double alpha = temperature_.alpha();
  // neither half needs what the other one has
  RunBoth(
      pool_, [&] { ComputeTargets(batch, moment.bootstrap, alpha); },
      [&] {
        if (actor_is_due) SampleActions(batch);
      });
  const auto work = [&](Critic* critic) {
    if (actor_is_due) ActorsShare(critic);
    UpdateCritic(batch, critic);
  };
  RunBoth(
      pool_, [&] { work(critics_[0].get()); }, [&] { work(critics_[1].get()); });
  if (actor_is_due) {
    UpdateActor(alpha);
    if (options_.learned_temperature) {
      temperature_.Step(TemperatureGradient(
          sample_.log_probs, options_.target_entropy.At(moment.progress) * act_dim_, alpha));
    }
    entropy_.Add(-MeanOf(sample_.log_probs));
    std_dev_.Add(MeanOf(sample_.std_dev));
  }
  critic_loss_.Add(critics_[0]->last.loss);
  q_.Add(critics_[0]->last.mean_q);
  return {critics_[0]->last.mean_abs_q, TdErrors(batch),
          EntropyBonus(next_.log_probs, temperature_.alpha())};
}

std::vector<ParameterLearner*> FsacRule::learners() {
  return {&actor_, &critics_[0]->learner, &critics_[1]->learner, &temperature_.learner()};
}

// Z' of a' ~ pi(s_n), moved by what its entropy earns
void FsacRule::ComputeTargets(const Batch& batch, const Bootstrap& bootstrap, double alpha) {
  next_.DrawNoise(batch.actions.size(), target_random_);
  SampleSquashed(frozen_actor_->Evaluate(batch.next_observations, {}, batch.size), act_dim_,
                 options_.range(), &next_);
  for (const auto& critic : critics_) {
    head_.Read(
        critic->learner.target().Evaluate(batch.next_observations, next_.actions, batch.size),
        &critic->next);
  }
  TakeSmaller();
  bonus_.resize(batch.size);
  for (int i = 0; i < batch.size; ++i) {
    bonus_[i] = -static_cast<float>(alpha) * next_.log_probs[i];
  }
  head_.Targets({batch.rewards, batch.discounts, bonus_, EntropyBonus(next_.log_probs, alpha)},
                bootstrap, smaller_, &targets_);
}

void FsacRule::TakeSmaller() {
  smaller_ = critics_[0]->next;
  const ValueHead::Reading& other = critics_[1]->next;
  const size_t width = smaller_.probabilities.size() / smaller_.values.size();
  for (size_t i = 0; i < smaller_.values.size(); ++i) {
    if (smaller_.values[i] <= other.values[i]) continue;
    smaller_.values[i] = other.values[i];
    std::copy_n(other.probabilities.begin() + static_cast<int64_t>(i * width), width,
                smaller_.probabilities.begin() + static_cast<int64_t>(i * width));
  }
}

// a ~ pi(s), and which critic's Q each of them is to climb: that of the smaller one
void FsacRule::SampleActions(const Batch& batch) {
  sample_.DrawNoise(batch.actions.size(), actor_random_);
  actor_outputs_ = actor_.online().Forward(batch.observations, {}, batch.size);
  SampleSquashed(actor_outputs_, act_dim_, options_.range(), &sample_);
  saturation_.Add(SaturatedShare(sample_.actions));
  for (const auto& critic : critics_) {
    head_.Read(critic->learner.online().Forward(batch.observations, sample_.actions, batch.size),
               &critic->sampled);
  }
  const double mean = ClimbSmaller(critics_[0]->sampled.values, critics_[1]->sampled.values,
                                   &critics_[0]->slopes, &critics_[1]->slopes);
  CheckFinite(mean, "Q of the actor's actions");
  CheckFinite(MeanOf(sample_.log_probs), "policy's log-probability");
  actor_q_.Add(mean);
}

// the critic's share of d(-mean min_i Q_i(s, a))/da as it is
void FsacRule::ActorsShare(Critic* critic) {
  Network& online = critic->learner.online();
  head_.ValueGradient(critic->sampled, critic->slopes, &critic->output_gradient);
  online.Backward(critic->output_gradient, {.parameters = false, .late_input = true});
  critic->action_gradient.assign(online.late_gradient().begin(), online.late_gradient().end());
}

void FsacRule::UpdateCritic(const Batch& batch, Critic* critic) {
  Network& online = critic->learner.online();
  head_.Read(online.Forward(batch.observations, batch.actions, batch.size), &critic->predicted);
  critic->last = head_.Loss(critic->predicted, targets_, batch.weights, &critic->output_gradient);
  if (!batch.weights.empty()) head_.Errors(critic->predicted, targets_, &critic->td_errors);
  CheckFinite(critic->last.loss, "critic loss");
  online.Backward(critic->output_gradient, {.parameters = true});
  Step(&critic->learner, options_.tau, nullptr);
}

// minimise mean (alpha log pi(a|s) - min_i Q_i(s, a)), a ~ pi(s)
void FsacRule::UpdateActor(double alpha) {
  action_gradient_.resize(sample_.actions.size());
  std::ranges::transform(critics_[0]->action_gradient, critics_[1]->action_gradient,
                         action_gradient_.begin(), std::plus<float>());
  actor_gradient_.resize(2 * sample_.actions.size());
  SoftPolicyGradient(sample_, action_gradient_, alpha, actor_gradient_);
  if (options_.action_l2 > 0) {
    // the means alone: what tanh of the exported policy sees
    AddPenaltyGradient(actor_outputs_.data(),
                       static_cast<int>(actor_outputs_.size()) / (2 * act_dim_), act_dim_,
                       2 * act_dim_, options_.action_l2, actor_gradient_.data());
  }
  actor_.online().Backward(actor_gradient_, {.parameters = true, .pool = pool_});
  Step(&actor_, 0, pool_);
}

void FsacRule::Step(Learner* learner, double tau, ThreadPool* pool) const {
  if (!options_.unit_weights) return learner->Step(tau, pool);
  learner->Step(0, pool);
  Network& online = learner->online();
  models::ProjectToUnitRows(online.spec(), online.parameters().values());
  if (tau == 0) return;
  models::PolyakAverage(online.parameters().values(), static_cast<float>(tau),
                        learner->target().parameters().values());
}

// of both critics the mean; of a weighted batch
std::span<const float> FsacRule::TdErrors(const Batch& batch) {
  td_errors_.resize(batch.weights.empty() ? 0 : batch.size);
  for (size_t i = 0; i < td_errors_.size(); ++i) {
    td_errors_[i] = (critics_[0]->td_errors[i] + critics_[1]->td_errors[i]) / 2;
  }
  return td_errors_;
}

// the mode of the Gaussian before tanh
policy::GraphBuilder::Value FsacRule::Describe(const policy::GraphBuilder::Value& x,
                                               policy::GraphBuilder* graph) const {
  const NetworkSpec& spec = actor_.online().spec();
  const auto values = actor_.online().parameters().values();
  const policy::DenseLayer head = models::ResidualHead(spec, values);
  policy::DenseLayer means = OutputsOf(head, 0, act_dim_);
  means.activation = "tanh";
  policy::DenseLayer deviations = OutputsOf(head, act_dim_, act_dim_);
  const policy::GaussianHead noise{std::move(deviations.weight), std::move(deviations.bias),
                                   static_cast<float>(options_.log_std_low),
                                   static_cast<float>(options_.log_std_high)};
  const auto features = models::DescribeResidual(spec, values, x, graph);
  return graph->Layers(features, std::span(&means, 1), noise);
}

void FsacRule::Track(Figures* figures) {
  figures->Track("critic_loss", &critic_loss_);
  figures->Track("q_mean", &q_);
  figures->Track("actor_q", &actor_q_);
  figures->Track("entropy", &entropy_);
  figures->Track("std_dev", &std_dev_);
  figures->Track("saturation", &saturation_);
}

Metrics FsacRule::Gauges() const {
  return {{"temperature", temperature_.alpha()}, {"actor_lr", actor_.learning_rate()}};
}

void FsacRule::Serialize(models::Archive& archive) {
  archive.Value("target_random", target_random_);
  archive.Value("actor_random", actor_random_);
}

}  // namespace sinew::agents
