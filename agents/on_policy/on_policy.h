#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agents/base/agent.h"
#include "agents/base/mean.h"
#include "agents/base/roll_backs.h"
#include "agents/on_policy/gaussian_policy.h"
#include "agents/on_policy/kl_step_size.h"
#include "agents/on_policy/value_learner.h"
#include "agents/rollout/advantage.h"
#include "agents/rollout/rollout_buffer.h"
#include "core/random.h"
#include "models/normalizer.h"

namespace sinew::agents {

/// What every learner from rollouts of its own policy has in common; part of section "agent".
struct OnPolicyOptions {
  std::vector<int64_t> actor_hidden{64, 64};
  std::vector<int64_t> critic_hidden{64, 64};
  double log_std_init = 0;
  double log_std_min = -5;
  double log_std_max = 1;
  double log_std_final = 1;

  int64_t horizon = 64;
  double gamma = 0.99;
  double lambda = 0.95;
  bool normalize_advantages = true;

  double critic_lr = 3e-4;
  double value_clip = 0.2;
  double lr_final = 0;
  double adam_epsilon = 1e-5;
  double max_gradient_norm = 0.5;
  int64_t max_rollbacks = 5;

  std::string normalizer = "running";
  double obs_clip = 10;
  bool normalize_rewards = true;
  double reward_clip = 10;

  std::string backend = "fused";
  std::string device = "cpu";

  void Describe(OptionTable& table);
  /// @throws UserError if they contradict each other.
  void Check() const;
};

/// An agent that collects `horizon` steps of every environment with a Gaussian policy, estimates
/// advantages with a critic, learns from these steps and throws them away. This base does all of
/// that but for the policy's step; the algorithm fills in how actor and critic learn from a
/// rollout.
///
/// Truncated episodes bootstrap from the value of the true successor, terminated ones do not,
/// diverged steps are dropped.
///
/// Safety: an update that meets a value which is not finite is undone as a whole and its rollout
/// dropped; learning goes on with half the step size, and after `max_rollbacks` such failures stops
/// with an Error that names the quantity.
class OnPolicyAgent : public Agent {
 public:
  void Act(std::span<const float> observations, std::span<float> actions) final;
  void Observe(const StepBatch& batch) final;
  void Update() final;
  int64_t env_steps() const final { return env_steps_; }
  int64_t updates() const final { return updates_; }
  policy::PolicyArtifact Snapshot() const final;
  std::optional<policy::Critic> CriticSnapshot() const final;
  Metrics TakeMetrics() final;
  std::vector<std::string> TakeWarnings() final { return roll_backs_.TakeWarnings(); }
  void Serialize(models::Archive& archive) final;

 protected:
  using NamedMeans = std::vector<std::pair<std::string, Mean*>>;

  /// Of the actor's optimiser; 0 for agents that step without it.
  struct ActorSteps {
    double learning_rate = 0;
    double desired_kl = 0;  // of an update, which the step size follows; 0: it does not
  };
  OnPolicyAgent(const OnPolicyOptions& options, const AgentContext& context,
                const ActorSteps& actor);

  /// Actor and critic learn from the rollout: its LearnableRows() are in rows(), of which there is
  /// at least one, the policy's BeginUpdate and the critic's Evaluate have been called.
  /// @return  steps taken by optimisers. @throws NotFinite.
  virtual int64_t Learn() = 0;
  /// Figures of Learn, averaged since they were last asked for, and others, as they stand.
  virtual NamedMeans PolicyMeans() = 0;
  virtual Metrics PolicyMetrics() const = 0;
  /// What the algorithm remembers from one rollout to the next.
  virtual void SerializePolicy(models::Archive&) {}

  GaussianPolicy& policy() { return policy_; }
  ValueLearner& value() { return value_; }
  const RolloutBuffer& rollout() const { return rollout_; }
  std::span<const int> rows() const { return rows_; }
  /// Rewards as they are learned from, by the values that the critic computed last.
  void EstimateAdvantages();
  std::span<const float> advantages() const { return advantages_; }  // of every row of the rollout
  std::span<const float> returns() const { return returns_; }        // of every row of the rollout
  /// rows() in another order.
  std::span<const int> ShuffledRows();
  /// The critic passes `epochs` times over the rollout, in minibatches of at least `batch` rows,
  /// towards returns(). @return  steps of its optimiser. @throws NotFinite.
  int64_t FitCritic(int64_t epochs, int64_t batch);
  /// What step sizes are multiplied by: falls linearly over the run, halved by every roll-back.
  double RateFactor() const;
  /// The same of the actor, whose steps may besides follow the KL divergence of its updates.
  double ActorRateFactor() const { return RateFactor() * kl_step_size_.factor(); }
  /// @param kl  from the policy that collected the rollout to the one that learned from it.
  void ObserveKl(double kl);

  /// Calls both, on two threads where there are some.
  template <class First, class Second>
  void InParallel(First first, Second second) {
    RunBoth(context_.pool, first, second);
  }

 private:
  void LearnFromRollout();
  void ScaleRewards();
  double Progress() const;
  double LogStdBound() const;
  std::vector<Learner*> Learners();
  NamedMeans Means();

  OnPolicyOptions options_;
  AgentContext context_;
  Random init_random_, action_random_, shuffle_random_;
  GaussianPolicy policy_;
  ValueLearner value_;
  models::Normalizer normalizer_;
  ReturnScale return_scale_;
  RolloutBuffer rollout_;
  int64_t env_steps_ = 0, updates_ = 0;
  RollBacks roll_backs_;
  KlStepSize kl_step_size_;
  Mean kl_, explained_variance_, value_mean_;
  std::vector<int> rows_, shuffled_rows_;
  std::vector<float> rewards_, advantages_, returns_;  // of every row of the rollout
  std::vector<float> normalized_, next_normalized_;
  std::vector<float> samples_;  // of the last Act until they are observed
};

}  // namespace sinew::agents
