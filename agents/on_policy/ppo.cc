#include "agents/on_policy/ppo.h"

#include <fmt/format.h>

#include "agents/base/options_builder.h"
#include "agents/on_policy/policy_epochs.h"
#include "agents/rollout/rows.h"

namespace sinew::agents {
namespace {

class Ppo : public OnPolicyAgent {
 public:
  Ppo(const PpoOptions& options, const AgentContext& context)
      : OnPolicyAgent(options, context, {options.actor_lr, options.desired_kl}),
        options_(options),
        policy_epochs_(&policy(), options.normalize_advantages),
        kl_coefficient_(options.kl_coefficient) {}

 private:
  // Algorithm 1 of the paper. Actor and critic share no parameters, so that their epochs run side
  // by side; they meet where advantages are estimated.
  int64_t Learn() override {
    double policy_kl = 0;
    int64_t updates = 0;
    bool stopped = false;
    for (int64_t epoch = 0; epoch < options_.epochs; ++epoch) {
      const bool last = epoch + 1 == options_.epochs;
      if (epoch == 0 || options_.recompute_advantages) EstimateAdvantages();
      const auto minibatches = Minibatches(ShuffledRows(), static_cast<int>(options_.batch));
      InParallel(
          [&] {
            if (stopped) return;
            policy_epochs_.Run(rollout(), advantages(), minibatches, LossOptions());
            if (last || options_.stop_kl > 0) policy_kl = policy().Kl(rollout());
          },
          [&] {
            value().Epoch(rollout(), returns(), minibatches);
            if (options_.recompute_advantages && !last) value().Evaluate(rollout());
          });
      updates += static_cast<int64_t>(minibatches.size());
      epochs_of_policy_.sum += stopped ? 0 : 1;
      stopped = stopped || (options_.stop_kl > 0 && policy_kl > options_.stop_kl);
    }
    updates += FitCritic(options_.critic_epochs - options_.epochs, options_.batch);
    ++epochs_of_policy_.count;
    ObserveKl(policy_kl);
    if (options_.surrogate == "adaptive_kl") {
      kl_coefficient_ = AdaptKlCoefficient(kl_coefficient_, policy_kl, options_.kl_target);
    }
    return updates;
  }

  PolicyLossOptions LossOptions() const {
    const bool clipped = options_.surrogate == "clip";
    return {.clip = clipped ? options_.clip : 0,
            .kl_coefficient = clipped ? 0 : kl_coefficient_,
            .entropy_bonus = options_.entropy_bonus};
  }

  NamedMeans PolicyMeans() override {
    return {{"surrogate", &policy_epochs_.figures().surrogate},
            {"entropy", &policy_epochs_.figures().entropy},
            {"clip_fraction", &policy_epochs_.figures().clip_fraction},
            {"policy_epochs", &epochs_of_policy_}};
  }

  Metrics PolicyMetrics() const override {
    return {{"kl_coefficient", LossOptions().kl_coefficient},
            {"actor_lr", options_.actor_lr * ActorRateFactor()}};
  }

  void SerializePolicy(models::Archive& archive) override {
    archive.Value("kl_coefficient", kl_coefficient_);
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
  table.Add("batch", &batch, {1, 1e6}, "samples per minibatch");
  table.Add("epochs", &epochs, {1, 1000}, "passes over the rollout per update");
  table.Add("critic_epochs", &critic_epochs, {0, 1000},
            "the critic's passes, where they are more (0: as many)");
  table.Add("recompute_advantages", &recompute_advantages,
            "estimate advantages anew before every epoch");
  table.Add("surrogate", &surrogate, {"clip", "kl", "adaptive_kl"},
            "what holds the policy near the old one: clipped ratio, fixed or adaptive KL penalty");
  table.Add("clip", &clip, {1e-3, 10}, "bound of the ratio's distance from 1");
  table.Add("kl_coefficient", &kl_coefficient, {0, 1e6}, "of the KL penalty (adaptive: at first)");
  table.Add("kl_target", &kl_target, {1e-6, 10}, "KL per update that adaptive_kl aims at", "nats");
  table.Add("stop_kl", &stop_kl, {0, 10},
            "the actor skips further epochs beyond this KL (0: never)", "nats");
  table.Add("desired_kl", &desired_kl, {0, 10},
            "KL per update that the actor's step size follows (0: its schedule alone)", "nats");
  table.Add("entropy_bonus", &entropy_bonus, {0, 10}, "weight of the policy's entropy");
}

void PpoOptions::Check(int num_envs) const {
  OnPolicyOptions::Check();
  if (critic_epochs != 0 && critic_epochs < epochs) {
    throw UserError(
        fmt::format("agent.critic_epochs = {} is neither 0 nor at least agent.epochs = {}",
                    critic_epochs, epochs));
  }
  if (batch <= horizon * num_envs) return;
  throw UserError(fmt::format(
      "agent.batch = {} is larger than a rollout: agent.horizon = {} steps of {} environments",
      batch, horizon, num_envs));
}

std::unique_ptr<Agent> MakePpoAgent(const PpoOptions& options, const AgentContext& context) {
  options.Check(context.num_envs);
  return std::make_unique<Ppo>(options, context);
}

std::unique_ptr<AgentBuilder> MakePpo() {
  return std::make_unique<OptionsBuilder<PpoOptions>>(PpoOptions{}, MakePpoAgent);
}

}  // namespace sinew::agents
