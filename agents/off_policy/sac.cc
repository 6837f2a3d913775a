#include "agents/off_policy/sac.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

#include "agents/base/options_builder.h"
#include "agents/distribution/squashed_gaussian.h"
#include "agents/distribution/tanh_gaussian.h"
#include "agents/exploration/sampled_actor.h"
#include "agents/off_policy/actor_head.h"
#include "agents/off_policy/td_losses.h"
#include "agents/off_policy/temperature.h"
#include "agents/off_policy/update_rule.h"
#include "core/error.h"

namespace sinew::agents {
namespace {

using models::Network;
using models::NetworkSpec;

NetworkSpec ActorSpec(const SacOptions& options, const AgentContext& context) {
  NetworkSpec spec;
  spec.inputs = context.obs_dim;
  spec.hidden.assign(options.actor_hidden.begin(), options.actor_hidden.end());
  spec.outputs = 2 * context.act_dim;
  return spec;
}

NetworkSpec CriticSpec(const SacOptions& options, const AgentContext& context) {
  NetworkSpec spec;
  spec.inputs = context.obs_dim;
  spec.late_inputs = context.act_dim;
  spec.hidden.assign(options.critic_hidden.begin(), options.critic_hidden.end());
  spec.outputs = 1;
  return spec;
}

LearnerOptions WithoutTarget(LearnerOptions options) {
  options.has_target = false;
  return options;
}

/// A critic, what the actor takes from it, and what its last update was like.
struct Critic {
  Learner learner;
  std::vector<float> output_gradient{};
  std::vector<float> actor_gradient{}, action_gradient{};  // d(-mean min_i Q_i)/dQ and /da
  std::vector<float> td_errors{};                          // of a weighted batch
  TdLoss last{};
};

double MeanOf(std::span<const float> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Algorithm 1 of the paper, one gradient step.
class SacRule : public UpdateRule {
 public:
  SacRule(const SacOptions& options, const AgentContext& context)
      : options_(options),
        act_dim_(context.act_dim),
        pool_(context.pool),
        init_random_(context.seed, "initial parameters"),
        target_random_(context.seed, "target noise"),
        actor_random_(context.seed, "actor noise"),
        actor_("actor", ActorSpec(options, context),
               WithoutTarget(options.learner(options.actor_lr)), init_random_),
        frozen_actor_(MakeNetwork(ActorSpec(options, context), options.learner(0))),
        temperature_(options.temperature, options.temperature_lr, init_random_) {
    for (int i = 0; i < 2; ++i) {
      critics_[i] =
          std::make_unique<Critic>(Critic{{fmt::format("critic{}", i), CriticSpec(options, context),
                                           options.learner(options.critic_lr), init_random_}});
    }
  }

  /// The network of the policy that actions are sampled from.
  Network* actor() { return &actor_.online(); }

  UpdateOutcome Update(const Batch& batch, const UpdateMoment& moment) override {
    actor_.CopyTo(frozen_actor_.get());
    const double alpha = temperature_.alpha();
    // neither half needs what the other one has
    RunBoth(
        pool_, [&] { ComputeTargets(batch, moment.bootstrap, alpha); },
        [&] { SampleActions(batch); });
    RunBoth(
        pool_, [&] { UpdateCritic(batch, critics_[0].get()); },
        [&] { UpdateCritic(batch, critics_[1].get()); });
    UpdateActor(alpha);
    if (options_.learned_temperature) {
      temperature_.Step(TemperatureGradient(
          sample_.log_probs, options_.target_entropy.At(moment.progress) * act_dim_, alpha));
    }
    AddUp();
    return {critics_[0]->last.mean_abs_q, TdErrors(batch),
            EntropyBonus(next_.log_probs, temperature_.alpha())};
  }

  std::vector<ParameterLearner*> learners() override {
    return {&actor_, &critics_[0]->learner, &critics_[1]->learner, &temperature_.learner()};
  }

  // the mode of the Gaussian before tanh
  policy::GraphBuilder::Value Describe(const policy::GraphBuilder::Value& x,
                                       policy::GraphBuilder* graph) const override {
    policy::DenseLayer head = TanhHead(actor_.online(), act_dim_, act_dim_).back();
    const LogStdRange range = options_.range();
    return graph->Layers(
        x, TanhHead(actor_.online(), 0, act_dim_),
        policy::GaussianHead{std::move(head.weight), std::move(head.bias),
                             static_cast<float>(range.low), static_cast<float>(range.high)});
  }

  std::optional<policy::Critic> CriticSnapshot() const override {
    return policy::Critic{.kind = policy::Critic::Kind::kActionValue,
                          .layers = models::CriticLayers(critics_[0]->learner.online())};
  }

  void Track(Figures* figures) override {
    figures->Track("critic_loss", &critic_loss_);
    figures->Track("q_mean", &q_);
    figures->Track("target_mean", &target_);
    figures->Track("actor_q", &actor_q_);
    figures->Track("entropy", &entropy_);
    figures->Track("std_dev", &std_dev_);
    figures->Track("saturation", &saturation_);
  }

  Metrics Gauges() const override {
    return {{"temperature", temperature_.alpha()}, {"actor_lr", actor_.learning_rate()}};
  }

  void Serialize(models::Archive& archive) override {
    archive.Value("target_random", target_random_);
    archive.Value("actor_random", actor_random_);
  }

 private:
  // y = R_n + gamma^n (min_i Q_i'(s_n, a') - alpha log pi(a'|s_n)), a' ~ pi(s_n)
  void ComputeTargets(const Batch& batch, const Bootstrap& bootstrap, double alpha) {
    next_.DrawNoise(batch.actions.size(), target_random_);
    SampleSquashed(frozen_actor_->Evaluate(batch.next_observations, {}, batch.size), act_dim_,
                   options_.range(), &next_);
    const auto q0 =
        critics_[0]->learner.target().Evaluate(batch.next_observations, next_.actions, batch.size);
    const auto q1 =
        critics_[1]->learner.target().Evaluate(batch.next_observations, next_.actions, batch.size);
    targets_.resize(batch.size);
    for (int i = 0; i < batch.size; ++i) {
      targets_[i] = std::min(q0[i], q1[i]) - static_cast<float>(alpha) * next_.log_probs[i];
    }
    bootstrap.Targets(batch.rewards, batch.discounts, EntropyBonus(next_.log_probs, alpha),
                      targets_);
  }

  // a ~ pi(s), and which critic's Q each of them is to climb: that of the smaller one
  void SampleActions(const Batch& batch) {
    sample_.DrawNoise(batch.actions.size(), actor_random_);
    actor_outputs_ = actor_.online().Forward(batch.observations, {}, batch.size);
    SampleSquashed(actor_outputs_, act_dim_, options_.range(), &sample_);
    saturation_.Add(SaturatedShare(sample_.actions));
    Critic &first = *critics_[0], &second = *critics_[1];
    const auto q0 = first.learner.online().Forward(batch.observations, sample_.actions, batch.size);
    const auto q1 =
        second.learner.online().Forward(batch.observations, sample_.actions, batch.size);
    const double mean = ClimbSmaller(q0, q1, &first.actor_gradient, &second.actor_gradient);
    CheckFinite(mean, "Q of the actor's actions");
    CheckFinite(std::accumulate(sample_.log_probs.begin(), sample_.log_probs.end(), 0.0),
                "policy's log-probability");
    actor_q_.Add(mean);
  }

  // its share of d(-mean min_i Q_i(s, a))/da as it is; then minimise mean (Q(s, a) - y)^2
  void UpdateCritic(const Batch& batch, Critic* critic) {
    Network& online = critic->learner.online();
    online.Backward(critic->actor_gradient, {.parameters = false, .late_input = true});
    critic->action_gradient.assign(online.late_gradient().begin(), online.late_gradient().end());
    const auto q = online.Forward(batch.observations, batch.actions, batch.size);
    critic->output_gradient.resize(batch.size);
    critic->last = SquaredTdError(q, targets_, batch.weights, critic->output_gradient);
    if (!batch.weights.empty()) AbsoluteTdError(q, targets_, &critic->td_errors);
    CheckFinite(critic->last.loss, "critic loss");
    online.Backward(critic->output_gradient, {.parameters = true});
    critic->learner.Step(options_.tau);
  }

  // minimise mean (alpha log pi(a|s) - min_i Q_i(s, a)), a ~ pi(s)
  void UpdateActor(double alpha) {
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
    actor_.Step(0, pool_);
  }

  // of both critics the mean; of a weighted batch
  std::span<const float> TdErrors(const Batch& batch) {
    td_errors_.resize(batch.weights.empty() ? 0 : batch.size);
    for (size_t i = 0; i < td_errors_.size(); ++i) {
      td_errors_[i] = (critics_[0]->td_errors[i] + critics_[1]->td_errors[i]) / 2;
    }
    return td_errors_;
  }

  void AddUp() {
    critic_loss_.Add(critics_[0]->last.loss);
    q_.Add(critics_[0]->last.mean_q);
    target_.Add(MeanOf(targets_));
    entropy_.Add(-MeanOf(sample_.log_probs));
    std_dev_.Add(MeanOf(sample_.std_dev));
  }

  SacOptions options_;
  int act_dim_;
  ThreadPool* pool_;
  Random init_random_, target_random_, actor_random_;
  Learner actor_;
  std::unique_ptr<Network> frozen_actor_;  // the same policy, for the targets
  std::array<std::unique_ptr<Critic>, 2> critics_;
  Temperature temperature_;
  SquashedSample next_, sample_;
  std::span<const float> actor_outputs_;  // of the actor's last forward pass
  std::vector<float> targets_, action_gradient_, actor_gradient_, td_errors_;
  Mean critic_loss_, q_, target_, actor_q_, entropy_, std_dev_, saturation_;
};

}  // namespace

void SacOptions::Describe(OptionTable& table) {
  table.Add("actor_hidden", &actor_hidden, {1, 4096}, "widths of the actor's hidden layers");
  table.Add("critic_hidden", &critic_hidden, {1, 4096}, "widths of the critics' hidden layers");
  table.Add("actor_lr", &actor_lr, {0, 1}, "Adam step size of the actor");
  table.Add("critic_lr", &critic_lr, {0, 1}, "Adam step size of the critics");
  table.Add("learned_temperature", &learned_temperature,
            "the temperature follows the entropy target");
  table.Add("temperature", &temperature, {1e-6, 1e3}, "worth of a nat of entropy, at the start");
  table.Add("temperature_lr", &temperature_lr, {0, 1}, "Adam step size of the temperature's log");
  table.Add("target_entropy", &target_entropy, {-20, 0.69},
            "what the policy's entropy is held at, for each action element", "nats");
  table.Renamed("entropy_per_action", "target_entropy");
  table.Replaced("entropy_final", "target_entropy", EndsBelow);
  table.Add("log_std_low", &log_std_low, {-20, 2}, "least log standard deviation before tanh");
  table.Add("log_std_high", &log_std_high, {-20, 2}, "largest one");
  table.Add("warmup_range", &warmup_range, {0, 1},
            "actions are uniform within this before the first update");
  MemoryOptions::DescribeAbsent(table);
  OffPolicyOptions::Describe(table);
}

std::unique_ptr<Agent> MakeSacAgent(const SacOptions& options, const AgentContext& context) {
  RefuseMemory(options, "sac");
  if (options.log_std_low >= options.log_std_high) {
    throw UserError(fmt::format("agent.log_std_low = {} is not below agent.log_std_high = {}",
                                options.log_std_low, options.log_std_high));
  }
  auto rule = std::make_unique<SacRule>(options, context);
  auto exploration = std::make_unique<SampledActor>(
      rule->actor(), std::make_unique<SquashedGaussian>(context.act_dim, options.range()),
      options.warmup_range, context);
  return std::make_unique<OffPolicyAgent>(options, context,
                                          OffPolicyParts{std::move(rule), std::move(exploration)});
}

std::unique_ptr<AgentBuilder> MakeSac() {
  return std::make_unique<OptionsBuilder<SacOptions>>(SacOptions{}, MakeSacAgent);
}

}  // namespace sinew::agents
