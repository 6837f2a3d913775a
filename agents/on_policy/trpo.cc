#include "agents/on_policy/trpo.h"

#include "agents/base/options_builder.h"
#include "agents/on_policy/policy_region.h"

namespace sinew::agents {
namespace {

/// Algorithm 1 of the paper: one step within the trust region, and the critic beside it.
class TrpoRule : public LessonRule {
 public:
  TrpoRule(const TrpoOptions& options, StochasticPolicy* policy)
      : options_(options), region_(policy) {}

  LessonOutcome Learn(const RolloutLesson& lesson) override {
    lesson.EstimateAdvantages();
    TrustRegionStep step;
    int64_t critic_updates = 0;
    RunBoth(
        lesson.pool,
        [&] {
          region_.Begin(lesson.rollout, lesson.advantages.advantages(), lesson.rows.rows(),
                        options_.normalize_advantages);
          step = StepWithinTrustRegion(options_.region, lesson.rate_factor, region_);
        },
        [&] { critic_updates = lesson.FitCritic(options_.critic_epochs, options_.critic_batch); });
    surrogate_gain_.Add(step.value.gain);
    step_fraction_.Add(step.fraction);
    return {1 + critic_updates, step.value.kl};
  }

  void Track(Figures* figures) override {
    figures->Track("surrogate_gain", &surrogate_gain_);
    figures->Track("step_fraction", &step_fraction_);
  }
  Metrics Gauges(double rate_factor, double) const override {
    return {{"max_kl", options_.region.max_kl * rate_factor * rate_factor}};
  }

 private:
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
  table.Add("critic_batch", &critic_batch, {1, 1e6}, "samples per minibatch of the critic");
  table.Add("critic_epochs", &critic_epochs, {1, 1000},
            "the critic's passes over the rollout per update");
  table.BeginGroup(kRarelyUsed);
  table.Add(
      "line_search_steps", &region.line_search_steps, {1, 1000},
      "steps that are tried where the quadratic model is wrong, each shorter than the one before");
  table.Add("backtrack", &region.backtrack, {0.01, 0.99}, "what a step is shortened by");
  table.BeginGroup("");
}

std::unique_ptr<Agent> MakeTrpoAgent(const TrpoOptions& options, const AgentContext& context) {
  options.Check();
  RefuseMemory(options, "trpo");
  return std::make_unique<OnPolicyAgent>(options, context,
                                         OnPolicyParts{.make_rule = [&](StochasticPolicy* policy) {
                                           return std::make_unique<TrpoRule>(options, policy);
                                         }});
}

std::unique_ptr<AgentBuilder> MakeTrpo() {
  return std::make_unique<OptionsBuilder<TrpoOptions>>(TrpoOptions{}, MakeTrpoAgent);
}

}  // namespace sinew::agents
