#include "agents/off_policy/ddpg.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "agents/base/options_builder.h"
#include "agents/exploration/noisy_actor.h"
#include "agents/off_policy/actor_head.h"
#include "agents/off_policy/sequence_agent.h"
#include "agents/off_policy/td_losses.h"
#include "agents/off_policy/update_rule.h"
#include "core/error.h"

namespace sinew::agents {
namespace {

using models::Network;
using models::NetworkSpec;

ActorHead Head(const DdpgOptions& options) {
  return {.penalty = options.action_l2, .inverting = options.inverting_gradients};
}

NetworkSpec ActorSpec(const DdpgOptions& options, const AgentContext& context) {
  NetworkSpec spec;
  spec.inputs = context.obs_dim;
  spec.hidden.assign(options.actor_hidden.begin(), options.actor_hidden.end());
  spec.outputs = context.act_dim;
  spec.output_activation = Head(options).activation();
  return spec;
}

NetworkSpec CriticSpec(const DdpgOptions& options, const AgentContext& context) {
  NetworkSpec spec;
  spec.inputs = context.obs_dim;
  spec.late_inputs = context.act_dim;
  spec.late_layer = static_cast<int>(options.critic_action_layer);
  spec.hidden.assign(options.critic_hidden.begin(), options.critic_hidden.end());
  spec.outputs = 1;
  return spec;
}

LearnerOptions CriticLearner(const DdpgOptions& options) {
  LearnerOptions learner = options.learner(options.critic_lr);
  learner.weight_decay = options.critic_weight_decay;
  return learner;
}

/// A critic and what its last update was like.
struct Critic {
  Learner learner;
  std::vector<float> output_gradient{};
  std::vector<float> td_errors{};  // of a weighted batch
  TdLoss last{};
};

/// Algorithm 1 of the paper, one pass of its inner loop; twins, delay and target noise are TD3's.
class DdpgRule : public UpdateRule {
 public:
  DdpgRule(const DdpgOptions& options, const AgentContext& context)
      : options_(options),
        pool_(context.pool),
        head_(Head(options)),
        init_random_(context.seed, "initial parameters"),
        target_random_(context.seed, "target noise"),
        actor_("actor", ActorSpec(options, context), options.learner(options.actor_lr),
               init_random_) {
    for (int i = 0; i < (options.twin ? 2 : 1); ++i) {
      critics_.push_back({{fmt::format("critic{}", i), CriticSpec(options, context),
                           CriticLearner(options), init_random_}});
    }
  }

  /// mu(s), which exploration adds noise to.
  DeterministicActor actor() {
    return {&actor_.online(), [this](std::span<const float> outputs, std::span<float> actions) {
              std::ranges::copy(head_.Actions(outputs, &explored_), actions.begin());
            }};
  }

  UpdateOutcome Update(const Batch& batch, const UpdateMoment& moment) override {
    const bool actor_too = (moment.number % options_.policy_delay) == 0;
    const double tau = actor_too ? options_.tau : 0;  // targets move with the actor
    // targets, and where the actor's actions should move: neither needs what the other one has
    RunBoth(
        pool_, [&] { ComputeTargets(batch, moment.bootstrap); },
        [&] {
          if (actor_too) ClimbCritic(batch);
        });
    if (options_.twin) {
      RunBoth(
          pool_, [&] { UpdateCritic(batch, tau, &critics_[0]); },
          [&] { UpdateCritic(batch, tau, &critics_[1]); });
      if (actor_too) UpdateActor(pool_);
    } else {
      RunBoth(
          pool_, [&] { UpdateCritic(batch, tau, &critics_[0]); },
          [&] {
            if (actor_too) UpdateActor(nullptr);
          });
    }
    AddUp();
    return {critics_.front().last.mean_abs_q, TdErrors(batch)};
  }

  std::vector<ParameterLearner*> learners() override {
    std::vector<ParameterLearner*> learners{&actor_};
    for (Critic& critic : critics_) learners.push_back(&critic.learner);
    return learners;
  }

  policy::GraphBuilder::Value Describe(const policy::GraphBuilder::Value& x,
                                       policy::GraphBuilder* graph) const override {
    return graph->Layers(x, head_.penalty > 0 && !head_.inverting
                                ? TanhHead(actor_.online(), 0, actor_.online().spec().outputs)
                                : models::ToDenseLayers(actor_.online()));
  }

  std::optional<policy::Critic> CriticSnapshot() const override {
    return policy::Critic{.kind = policy::Critic::Kind::kActionValue,
                          .layers = models::CriticLayers(critics_.front().learner.online()),
                          .action_layer = static_cast<int>(options_.critic_action_layer)};
  }

  void Track(Figures* figures) override {
    figures->Track("critic_loss", &critic_loss_);
    figures->Track("q_mean", &q_);
    figures->Track("target_mean", &target_);
    figures->Track("actor_q", &actor_q_);
    figures->Track("saturation", &saturation_);
  }

  Metrics Gauges() const override { return {{"actor_lr", actor_.learning_rate()}}; }

  void Serialize(models::Archive& archive) override {
    archive.Value("target_random", target_random_);
  }

 private:
  // y = R_n + gamma^n min_i Q_i'(s_n, mu'(s_n) + clipped noise)
  void ComputeTargets(const Batch& batch, const Bootstrap& bootstrap) {
    const auto outputs = actor_.target().Evaluate(batch.next_observations, {}, batch.size);
    const auto policy = head_.Actions(outputs, &next_actions_);
    if (head_.plain()) next_actions_.assign(policy.begin(), policy.end());
    SmoothTargetActions();
    targets_.assign(batch.size, std::numeric_limits<float>::infinity());
    for (Critic& critic : critics_) {
      const auto q =
          critic.learner.target().Evaluate(batch.next_observations, next_actions_, batch.size);
      for (int i = 0; i < batch.size; ++i) targets_[i] = std::min(targets_[i], q[i]);
    }
    bootstrap.Targets(batch.rewards, batch.discounts, 0, targets_);
  }

  void SmoothTargetActions() {
    if (options_.target_noise <= 0) return;
    const double clip = options_.target_noise_clip;
    for (float& action : next_actions_) {
      const double noise = std::clamp(options_.target_noise * target_random_.Normal(), -clip, clip);
      action = std::clamp(action + static_cast<float>(noise), -1.0f, 1.0f);
    }
  }

  // minimise mean (Q(s, a) - y)^2
  void UpdateCritic(const Batch& batch, double tau, Critic* critic) {
    Network& online = critic->learner.online();
    const auto q = online.Forward(batch.observations, batch.actions, batch.size);
    critic->output_gradient.resize(batch.size);
    critic->last = SquaredTdError(q, targets_, batch.weights, critic->output_gradient);
    if (!batch.weights.empty()) AbsoluteTdError(q, targets_, &critic->td_errors);
    CheckFinite(critic->last.loss, "critic loss");
    online.Backward(critic->output_gradient, {.parameters = true});
    critic->learner.Step(tau);
  }

  // action_gradient_ = d(-mean Q(s, mu(s)))/da, with the critic as it was before this update
  void ClimbCritic(const Batch& batch) {
    Network& critic = critics_.front().learner.online();
    actor_outputs_ = actor_.online().Forward(batch.observations, {}, batch.size);
    const auto actions = head_.Actions(actor_outputs_, &actor_actions_);
    const auto q = critic.Forward(batch.observations, actions, batch.size);
    double q_sum = 0;
    for (float value : q) q_sum += value;
    CheckFinite(q_sum, "Q of the actor's actions");
    actor_gradient_.assign(batch.size, -1.0f / static_cast<float>(batch.size));
    critic.Backward(actor_gradient_, {.parameters = false, .late_input = true});
    action_gradient_.assign(critic.late_gradient().begin(), critic.late_gradient().end());
    actor_q_.Add(q_sum / batch.size);
    saturation_.Add(SaturatedShare(actions));
  }

  // of both critics the mean; of a weighted batch
  std::span<const float> TdErrors(const Batch& batch) {
    td_errors_.assign(batch.weights.empty() ? 0 : batch.size, 0.0f);
    const float share = 1.0f / static_cast<float>(critics_.size());
    for (const Critic& critic : critics_) {
      for (size_t i = 0; i < td_errors_.size(); ++i) td_errors_[i] += share * critic.td_errors[i];
    }
    return td_errors_;
  }

  // maximise mean Q(s, mu(s)): the deterministic policy gradient
  void UpdateActor(ThreadPool* pool) {
    actor_.online().Backward(head_.Gradient(actor_outputs_, action_gradient_, &head_gradient_),
                             {.parameters = true, .pool = pool});
    actor_.Step(options_.tau, pool);
  }

  void AddUp() {
    double target_sum = 0;
    for (float target : targets_) target_sum += target;
    critic_loss_.Add(critics_.front().last.loss);
    q_.Add(critics_.front().last.mean_q);
    target_.Add(target_sum / static_cast<double>(targets_.size()));
  }

  DdpgOptions options_;
  ThreadPool* pool_;
  ActorHead head_;
  Random init_random_, target_random_;
  Learner actor_;
  std::vector<Critic> critics_;
  Mean critic_loss_, q_, target_, actor_q_, saturation_;
  std::vector<float> next_actions_, targets_, actor_gradient_, action_gradient_, td_errors_;
  std::span<const float> actor_outputs_;                         // of the actor's last forward pass
  std::vector<float> explored_, actor_actions_, head_gradient_;  // unless the head is plain
};

}  // namespace

void DdpgOptions::Describe(OptionTable& table) {
  table.Add("actor_hidden", &actor_hidden, {1, 4096}, "widths of the actor's hidden layers");
  table.Add("critic_hidden", &critic_hidden, {1, 4096}, "widths of the critic's hidden layers");
  table.Add("critic_action_layer", &critic_action_layer, {0, 8},
            "critic layer that the action enters (0: the first)");
  table.Add("actor_lr", &actor_lr, {0, 1}, "Adam step size of the actor");
  table.Add("critic_lr", &critic_lr, {0, 1}, "Adam step size of the critic");
  table.Add("critic_weight_decay", &critic_weight_decay, {0, 1},
            "L2 penalty on the critic's parameters");
  table.Add("twin", &twin, "two critics, targets from the smaller (TD3)");
  table.Add("policy_delay", &policy_delay, {1, 100}, "critic updates per actor update (TD3)");
  table.Add("target_noise", &target_noise, {0, 1}, "noise on the target's action (TD3)");
  table.Add("target_noise_clip", &target_noise_clip, {0, 1}, "bound of that noise");
  table.BeginGroup(kRarelyUsed);
  table.Add(
      "inverting_gradients", &inverting_gradients,
      "an actor without tanh whose gradients shrink towards the bounds of the action, against "
      "actions that stick to them");
  table.BeginGroup("");
  ExplorationOptions::Describe(table);
  MemoryOptions::Describe(table);
  OffPolicyOptions::Describe(table);
}

std::unique_ptr<Agent> MakeDdpgAgent(const DdpgOptions& options, const AgentContext& context) {
  const auto layers = static_cast<int64_t>(options.critic_hidden.size());
  if (options.critic_action_layer > layers) {
    throw UserError(fmt::format("agent.critic_action_layer = {}: the critic has layers 0 to {}",
                                options.critic_action_layer, layers));
  }
  if (options.width() > 0) return std::make_unique<SequenceAgent>(options, context);
  auto rule = std::make_unique<DdpgRule>(options, context);
  auto exploration =
      std::make_unique<NoisyActor>(options, rule->actor(), options.learner(0), context);
  return std::make_unique<OffPolicyAgent>(options, context,
                                          OffPolicyParts{std::move(rule), std::move(exploration)});
}

std::unique_ptr<AgentBuilder> MakeDdpg() {
  return std::make_unique<OptionsBuilder<DdpgOptions>>(DdpgOptions{}, MakeDdpgAgent);
}

std::unique_ptr<AgentBuilder> MakeTd3() {
  DdpgOptions options;
  options.twin = true;
  options.policy_delay = 2;
  options.target_noise = 0.2;
  options.target_noise_clip = 0.5;
  return std::make_unique<OptionsBuilder<DdpgOptions>>(options, MakeDdpgAgent);
}

}  // namespace sinew::agents
