#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "agents/base/common_options.h"
#include "agents/base/guarded_learners.h"
#include "agents/base/memory_options.h"
#include "agents/base/run_clock.h"
#include "agents/distribution/diagonal_gaussian.h"
#include "agents/on_policy/kl_step_size.h"
#include "agents/on_policy/rollout_lesson.h"

namespace sinew::agents {

/// What every learner from rollouts of its own policy has in common; part of section "agent".
struct OnPolicyOptions : CommonOptions, MemoryOptions {
  OnPolicyOptions() {
    lr_schedule = {1, 0};
    max_grad_norm = 0.5;
    normalizer = "running";
  }
  std::vector<int64_t> actor_hidden{64, 64};
  std::vector<int64_t> critic_hidden{64, 64};
  double log_std_init = 0;
  double log_std_min = -5;
  Schedule log_std_max = 1;

  int64_t rollout_steps = 64;
  double gamma = 0.99;
  double gae_lambda = 0.95;
  bool normalize_advantages = true;

  double critic_lr = 3e-4;
  double value_clip = 0.2;
  double adam_epsilon = 1e-5;

  bool normalize_rewards = true;
  double reward_clip = 10;

  void Describe(OptionTable& table);
  /// @throws UserError if they contradict each other.
  void Check() const;
  /// What they say about a single network.
  LearnerOptions learner(double learning_rate) const;
};

/// What makes an on-policy agent this one and not another.
struct OnPolicyParts {
  /// @param policy  that it learns with, and that outlives it.
  std::function<std::unique_ptr<LessonRule>(StochasticPolicy* policy)> make_rule;
  double actor_lr = 0;    // of the actor's optimiser; 0 for rules that step without it
  double desired_kl = 0;  // of an update, which the actor's step size follows; 0: it does not
};

/// An agent that collects `rollout_steps` steps of every environment with a stochastic policy,
/// estimates advantages with a critic, learns from these steps and throws them away.
///
/// With a memory, actor and critic each have a GRU of their own, since they share no parameters and
/// learn side by side. Minibatches are then whole pieces of `sequence_length` steps.
///
/// Truncated episodes bootstrap from the value of the true successor, terminated ones do not,
/// diverged steps are dropped.
///
/// Safety: an update that meets a value which is not finite is undone as a whole and its rollout
/// dropped; learning goes on with half the step size, and after `max_rollbacks` such failures stops
/// with an Error that names the quantity.
class OnPolicyAgent : public Agent {
 public:
  OnPolicyAgent(const OnPolicyOptions& options, const AgentContext& context,
                const OnPolicyParts& parts);

  void Act(const ActBatch& batch, std::span<float> actions) override;
  void Observe(const StepBatch& batch) override;
  LearnOutcome Learn() override;
  int64_t env_steps() const override { return clock_.env_steps(); }
  int64_t updates() const override { return clock_.updates(); }
  policy::PolicyGraph Snapshot() const override;
  std::optional<policy::Critic> CriticSnapshot() const override;
  Metrics TakeMetrics() override;
  void Serialize(models::Archive& archive) override;
  void Adjust(const Adjustment& adjustment) override { adjustment_ = adjustment; }

 private:
  void LearnFromRollout();
  /// What step sizes are multiplied by: falls over the run, halved by every roll-back.
  double RateFactor() const;
  /// The same of the actor, whose steps may besides follow the KL divergence of its updates.
  double ActorRateFactor() const { return RateFactor() * kl_step_size_.factor(); }
  /// Share of the run that was over at the rollout's first step.
  double Progress() const { return clock_.Progress(rollout_.steps()); }

  OnPolicyOptions options_;
  AgentContext context_;
  RunClock clock_;
  Adjustment adjustment_;
  Random init_random_, action_random_;
  StochasticPolicy policy_;
  ValueLearner critic_;
  ObservationScaler scaler_;
  AdvantageEstimator advantages_;
  RolloutBuffer rollout_;
  MinibatchOrder rows_;
  std::unique_ptr<LessonRule> rule_;
  GuardedLearners learners_;
  KlStepSize kl_step_size_;
  Figures figures_;
  Mean kl_;
  std::vector<float> normalized_, next_normalized_;
  std::vector<float> samples_;   // of the last Act until they are observed
  std::vector<uint8_t> begins_;  // [num_envs], 1 where the next step begins an episode
};

/// The agent's Gaussian policy as the options have it.
std::unique_ptr<Distribution> MakeGaussian(const OnPolicyOptions& options, int act_dim);

}  // namespace sinew::agents
