#include "agents/off_policy/sac.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "agents/base/options_builder.h"
#include "agents/distribution/squashed_gaussian.h"
#include "agents/exploration/sampled_actor.h"
#include "agents/off_policy/actor_head.h"
#include "agents/off_policy/soft_actor.h"
#include "agents/off_policy/td_losses.h"
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

/// A critic, what the actor takes from it, and what its last update was like.
struct Critic {
  Learner learner;
  std::vector<float> output_gradient{};
  std::vector<float> actor_gradient{}, action_gradient{};  // d(-mean min_i Q_i)/dQ and /da
  std::vector<float> td_errors{};                          // of a weighted batch
  TdLoss last{};
};

/// Algorithm 1 of the paper, one gradient step.
class SacRule : public UpdateRule {
 public:
  SacRule(const SacOptions& options, const AgentContext& context)
      : options_(options),
        act_dim_(context.act_dim),
        pool_(context.pool),
        init_random_(context.seed, "initial parameters"),
        actor_(options, options, ActorSpec(options, context), context, init_random_) {
    for (int i = 0; i < 2; ++i) {
      critics_[i] =
          std::make_unique<Critic>(Critic{{fmt::format("critic{}", i), CriticSpec(options, context),
                                           options.learner(options.critic_lr), init_random_}});
    }
  }

  /// The network of the policy that actions are sampled from.
  Network* actor() { return &actor_.online(); }

  UpdateOutcome Update(const Batch& batch, const UpdateMoment& moment) override {
    actor_.BeginUpdate();
    // neither half needs what the other one has
    RunBoth(
        pool_, [&] { ComputeTargets(batch, moment.bootstrap); }, [&] { SampleActions(batch); });
    RunBoth(
        pool_, [&] { UpdateCritic(batch, critics_[0].get()); },
        [&] { UpdateCritic(batch, critics_[1].get()); });
    actor_.Backward(critics_[0]->action_gradient, critics_[1]->action_gradient);
    actor_.learner().Step(0, pool_);
    actor_.FollowEntropy(moment.progress);
    critic_loss_.Add(critics_[0]->last.loss);
    q_.Add(critics_[0]->last.mean_q);
    target_.Add(MeanOf(targets_));
    MeanErrors(critics_[0]->td_errors, critics_[1]->td_errors, &td_errors_);
    return {critics_[0]->last.mean_abs_q, td_errors_, actor_.bonus()};
  }

  std::vector<ParameterLearner*> learners() override {
    return {&actor_.learner(), &critics_[0]->learner, &critics_[1]->learner,
            &actor_.temperature().learner()};
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
    actor_.Track(figures);
  }

  Metrics Gauges() const override { return actor_.Gauges(); }
  void Serialize(models::Archive& archive) override { actor_.Serialize(archive); }

 private:
  // y = R_n + gamma^n (min_i Q_i'(s_n, a') - alpha log pi(a'|s_n)), a' ~ pi(s_n)
  void ComputeTargets(const Batch& batch, const Bootstrap& bootstrap) {
    const SquashedSample& next = actor_.SampleNext(batch);
    const auto q0 =
        critics_[0]->learner.target().Evaluate(batch.next_observations, next.actions, batch.size);
    const auto q1 =
        critics_[1]->learner.target().Evaluate(batch.next_observations, next.actions, batch.size);
    const double alpha = actor_.alpha();
    targets_.resize(batch.size);
    for (int i = 0; i < batch.size; ++i) {
      targets_[i] = std::min(q0[i], q1[i]) - static_cast<float>(alpha) * next.log_probs[i];
    }
    bootstrap.Targets(batch.rewards, batch.discounts, EntropyBonus(next.log_probs, alpha),
                      targets_);
  }

  // which critic's Q each action of the policy is to climb: that of the smaller one
  void SampleActions(const Batch& batch) {
    const SquashedSample& sample = actor_.SampleNow(batch);
    Critic &first = *critics_[0], &second = *critics_[1];
    const auto q0 = first.learner.online().Forward(batch.observations, sample.actions, batch.size);
    const auto q1 = second.learner.online().Forward(batch.observations, sample.actions, batch.size);
    actor_.CheckSample(ClimbSmaller(q0, q1, &first.actor_gradient, &second.actor_gradient));
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

  SacOptions options_;
  int act_dim_;
  ThreadPool* pool_;
  Random init_random_;
  SoftActor actor_;
  std::array<std::unique_ptr<Critic>, 2> critics_;
  std::vector<float> targets_, td_errors_;
  Mean critic_loss_, q_, target_;
};

}  // namespace

void SacOptions::Describe(OptionTable& table) {
  table.Add("actor_hidden", &actor_hidden, {1, 4096}, "widths of the actor's hidden layers");
  table.Add("critic_hidden", &critic_hidden, {1, 4096}, "widths of the critics' hidden layers");
  SoftActorOptions::Describe(table);
  table.Renamed("entropy_per_action", "target_entropy");
  table.Replaced("entropy_final", "target_entropy", EndsBelow);
  MemoryOptions::DescribeAbsent(table);
  OffPolicyOptions::Describe(table);
}

std::unique_ptr<Agent> MakeSacAgent(const SacOptions& options, const AgentContext& context) {
  RefuseMemory(options, "sac");
  options.CheckDeviations();
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
