#include "agents/on_policy/trpo.h"

#include "agents/base/options_builder.h"
#include "agents/on_policy/policy_region.h"

namespace sinew::agents {
namespace {

class Trpo : public OnPolicyAgent {
 public:
  Trpo(const TrpoOptions& options, const AgentContext& context)
      : OnPolicyAgent(options, context, {}), options_(options), region_(&policy()) {}

 private:
  int64_t Learn() override {
    EstimateAdvantages();
    TrustRegionStep step;
    int64_t critic_updates = 0;
    InParallel(
        [&] {
          region_.Begin(rollout(), advantages(), rows(), options_.normalize_advantages);
          step = StepWithinTrustRegion(options_.region, RateFactor(), region_);
        },
        [&] { critic_updates = FitCritic(options_.critic_epochs, options_.critic_batch); });
    ObserveKl(step.value.kl);
    surrogate_gain_.Add(step.value.gain);
    step_fraction_.Add(step.fraction);
    return 1 + critic_updates;
  }

  NamedMeans PolicyMeans() override {
    return {{"surrogate_gain", &surrogate_gain_}, {"step_fraction", &step_fraction_}};
  }
  Metrics PolicyMetrics() const override {
    return {{"max_kl", options_.region.max_kl * RateFactor() * RateFactor()}};
  }

  TrpoOptions options_;
  PolicyRegion region_;
  Mean surrogate_gain_, step_fraction_;
};

}  // namespace

void TrpoOptions::Describe(OptionTable& table) {
  OnPolicyOptions::Describe(table);
  table.Add("max_kl", &region.max_kl, {1e-6, 10}, "bound of the KL divergence of a step", "nats");
  table.Add("damping", &region.damping, {0, 100}, "added to the Fisher matrix's diagonal");
  table.Add("cg_iterations", &region.cg_iterations, {1, 1000},
            "conjugate-gradient iterations for the natural gradient");
  table.Add("line_search_steps", &region.line_search_steps, {1, 1000},
            "steps that are tried, each shorter than the one before");
  table.Add("backtrack", &region.backtrack, {0.01, 0.99}, "what a step is shortened by");
  table.Add("critic_batch", &critic_batch, {1, 1e6}, "samples per minibatch of the critic");
  table.Add("critic_epochs", &critic_epochs, {1, 1000},
            "the critic's passes over the rollout per update");
}

std::unique_ptr<Agent> MakeTrpoAgent(const TrpoOptions& options, const AgentContext& context) {
  options.Check();
  return std::make_unique<Trpo>(options, context);
}

std::unique_ptr<AgentBuilder> MakeTrpo() {
  return std::make_unique<OptionsBuilder<TrpoOptions>>(TrpoOptions{}, MakeTrpoAgent);
}

}  // namespace sinew::agents
