#include "agents/on_policy/ppo.h"

#include <fmt/format.h>

#include "agents/base/options_builder.h"
#include "agents/on_policy/policy_epochs.h"

namespace sinew::agents {
namespace {

/// Algorithm 1 of the paper. Actor and critic share no parameters, so that their epochs run side by
/// side; they meet where advantages are estimated.
class PpoRule : public LessonRule {
 public:
  PpoRule(const PpoOptions& options, StochasticPolicy* policy)
      : options_(options),
        policy_epochs_(policy, options.normalize_advantages),
        kl_coefficient_(options.kl_coefficient) {}

  LessonOutcome Learn(const RolloutLesson& lesson) override {
    LessonOutcome outcome;
    bool stopped = false;
    for (int64_t epoch = 0; epoch < options_.epochs; ++epoch) {
      const bool last = epoch + 1 == options_.epochs;
      if (epoch == 0 || options_.recompute_advantages) lesson.EstimateAdvantages();
      const auto minibatches = lesson.rows.Shuffle(static_cast<int>(options_.batch_size));
      RunBoth(
          lesson.pool,
          [&] {
            if (stopped) return;
            policy_epochs_.Run(lesson.rollout, lesson.advantages.advantages(), minibatches,
                               LossOptions());
            if (last || options_.stop_kl > 0) outcome.kl = lesson.policy.Kl(lesson.rollout);
          },
          [&] {
            lesson.critic.Epoch(lesson.rollout, lesson.advantages.returns(), minibatches);
            if (options_.recompute_advantages && !last) lesson.critic.Evaluate(lesson.rollout);
          });
      outcome.updates += static_cast<int64_t>(minibatches.size());
      epochs_of_policy_.sum += stopped ? 0 : 1;
      stopped = stopped || (options_.stop_kl > 0 && outcome.kl > options_.stop_kl);
    }
    outcome.updates +=
        lesson.FitCritic(options_.critic_epochs - options_.epochs, options_.batch_size);
    ++epochs_of_policy_.count;
    if (options_.surrogate == "adaptive_kl") {
      kl_coefficient_ = AdaptKlCoefficient(kl_coefficient_, outcome.kl, options_.kl_target);
    }
    return outcome;
  }

  void Track(Figures* figures) override {
    policy_epochs_.Track(figures);
    figures->Track("policy_epochs", &epochs_of_policy_);
  }

  Metrics Gauges(double, double actor_rate_factor) const override {
    return {{"kl_coefficient", LossOptions().kl_coefficient},
            {"actor_lr", options_.actor_lr * actor_rate_factor}};
  }

  void Serialize(models::Archive& archive) override {
    archive.Value("kl_coefficient", kl_coefficient_);
  }

 private:
  PolicyLossOptions LossOptions() const {
    const bool clipped = options_.surrogate == "clip";
    return {.clip = clipped ? options_.clip_range : 0,
            .kl_coefficient = clipped ? 0 : kl_coefficient_,
            .entropy_coef = options_.entropy_coef};
  }

  PpoOptions options_;
  PolicyEpochs policy_epochs_;
  double kl_coefficient_;
  Mean epochs_of_policy_;
};

}  // namespace

void PpoOptions::Describe(OptionTable& table) {
  OnPolicyOptions::Describe(table);
  table.Add("actor_lr", &actor_lr, {0, 1}, "Adam step size of the actor");
  table.Add("batch_size", &batch_size, {1, 1e6}, "samples per minibatch");
  table.Renamed("batch", "batch_size");
  table.Add("epochs", &epochs, {1, 1000}, "passes over the rollout per update");
  table.Add("critic_epochs", &critic_epochs, {0, 1000},
            "the critic's passes, where they are more (0: as many)");
  table.Add("recompute_advantages", &recompute_advantages,
            "estimate advantages anew before every epoch");
  table.Add("surrogate", &surrogate, {"clip", "kl", "adaptive_kl"},
            "what holds the policy near the old one: clipped ratio, fixed or adaptive KL penalty");
  table.Add("clip_range", &clip_range, {1e-3, 10}, "bound of the ratio's distance from 1");
  table.Renamed("clip", "clip_range");
  table.Add("desired_kl", &desired_kl, {0, 10},
            "KL per update that the actor's step size follows (0: its schedule alone)", "nats");
  table.Add("entropy_coef", &entropy_coef, {0, 10}, "weight of the policy's entropy");
  table.Renamed("entropy_bonus", "entropy_coef");
  table.BeginGroup(kRarelyUsed);
  table.Add("kl_coefficient", &kl_coefficient, {0, 1e6},
            "of the surrogates kl and adaptive_kl (there: at first)");
  table.Add("kl_target", &kl_target, {1e-6, 10},
            "KL per update that the surrogate adaptive_kl aims at", "nats");
  table.Add("stop_kl", &stop_kl, {0, 10},
            "the actor skips further epochs beyond this KL, against steps too long (0: never)",
            "nats");
  table.BeginGroup("");
}

void PpoOptions::Check(int num_envs) const {
  OnPolicyOptions::Check();
  if (critic_epochs != 0 && critic_epochs < epochs) {
    throw UserError(
        fmt::format("agent.critic_epochs = {} is neither 0 nor at least agent.epochs = {}",
                    critic_epochs, epochs));
  }
  if (batch_size <= rollout_steps * num_envs) return;
  throw UserError(
      fmt::format("agent.batch_size = {} is larger than a rollout: agent.rollout_steps "
                  "= {} steps of {} environments",
                  batch_size, rollout_steps, num_envs));
}

std::unique_ptr<Agent> MakePpoAgent(const PpoOptions& options, const AgentContext& context) {
  options.Check(context.num_envs);
  return std::make_unique<OnPolicyAgent>(
      options, context,
      OnPolicyParts{
          .make_rule =
              [&](StochasticPolicy* policy) { return std::make_unique<PpoRule>(options, policy); },
          .actor_lr = options.actor_lr,
          .desired_kl = options.desired_kl});
}

std::unique_ptr<AgentBuilder> MakePpo() {
  return std::make_unique<OptionsBuilder<PpoOptions>>(PpoOptions{}, MakePpoAgent);
}

}  // namespace sinew::agents
