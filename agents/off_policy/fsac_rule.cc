#include "agents/off_policy/fsac_rule.h"

#include <fmt/format.h>

#include <algorithm>

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
      actor_(options, options, ActorSpec(options, context), context, init_random_) {
  for (int i = 0; i < 2; ++i) {
    critics_[i] =
        std::make_unique<Critic>(Critic{{fmt::format("critic{}", i), CriticSpec(options, context),
                                         options.learner(options.critic_lr), init_random_}});
    if (options.unit_weights) StartAtUnitRows(&critics_[i]->learner, true);
  }
  if (options.unit_weights) StartAtUnitRows(&actor_.learner(), false);
}

UpdateOutcome FsacRule::Update(const Batch& batch, const UpdateMoment& moment) {
  const bool actor_is_due = moment.number % options_.policy_delay == 0;
  actor_.BeginUpdate();
  // neither half needs what the other one has
  RunBoth(
      pool_, [&] { ComputeTargets(batch, moment.bootstrap); },
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
    actor_.Backward(critics_[0]->action_gradient, critics_[1]->action_gradient);
    Step(&actor_.learner(), 0, pool_);
    actor_.FollowEntropy(moment.progress);
  }
  critic_loss_.Add(critics_[0]->last.loss);
  q_.Add(critics_[0]->last.mean_q);
  MeanErrors(critics_[0]->td_errors, critics_[1]->td_errors, &td_errors_);
  return {critics_[0]->last.mean_abs_q, td_errors_, actor_.bonus()};
}

std::vector<ParameterLearner*> FsacRule::learners() {
  return {&actor_.learner(), &critics_[0]->learner, &critics_[1]->learner,
          &actor_.temperature().learner()};
}

// Z' of a' ~ pi(s_n), moved by what its entropy earns
void FsacRule::ComputeTargets(const Batch& batch, const Bootstrap& bootstrap) {
  const SquashedSample& next = actor_.SampleNext(batch);
  for (const auto& critic : critics_) {
    head_.Read(critic->learner.target().Evaluate(batch.next_observations, next.actions, batch.size),
               &critic->next);
  }
  TakeSmaller();
  const double alpha = actor_.alpha();
  bonus_.resize(batch.size);
  for (int i = 0; i < batch.size; ++i) bonus_[i] = -static_cast<float>(alpha) * next.log_probs[i];
  head_.Targets({batch.rewards, batch.discounts, bonus_, EntropyBonus(next.log_probs, alpha)},
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

// which critic's Q each action of the policy is to climb: that of the smaller one
void FsacRule::SampleActions(const Batch& batch) {
  const SquashedSample& sample = actor_.SampleNow(batch);
  for (const auto& critic : critics_) {
    head_.Read(critic->learner.online().Forward(batch.observations, sample.actions, batch.size),
               &critic->sampled);
  }
  actor_.CheckSample(ClimbSmaller(critics_[0]->sampled.values, critics_[1]->sampled.values,
                                  &critics_[0]->slopes, &critics_[1]->slopes));
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

void FsacRule::Step(Learner* learner, double tau, ThreadPool* pool) const {
  if (!options_.unit_weights) return learner->Step(tau, pool);
  learner->Step(0, pool);
  Network& online = learner->online();
  models::ProjectToUnitRows(online.spec(), online.parameters().values());
  if (tau == 0) return;
  models::PolyakAverage(online.parameters().values(), static_cast<float>(tau),
                        learner->target().parameters().values());
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
  actor_.Track(figures);
}

}  // namespace sinew::agents
