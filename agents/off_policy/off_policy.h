#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agents/base/agent.h"
#include "agents/base/learner.h"
#include "agents/base/mean.h"
#include "agents/base/roll_backs.h"
#include "agents/model_based/imagination.h"
#include "agents/off_policy/q_alarm.h"
#include "agents/replay/experience.h"
#include "core/random.h"
#include "models/normalizer.h"

namespace sinew::agents {

/// What every learner from a replay buffer has in common; part of section "agent".
struct OffPolicyOptions : ExperienceOptions {
  double gamma_final = 0;
  double final_layer_range = 3e-3;
  double tau = 0.01;
  double lr_final = 0.1;
  double max_gradient_norm = 0;
  double action_l2 = 0;
  int64_t batch = 64;
  double updates_per_step = 0.5;
  int64_t warmup_steps = 4000;
  std::string normalizer = "task";
  double obs_clip = 10;
  int64_t max_rollbacks = 5;
  bool bound_targets = false;
  bool q_alarm = true;
  std::string backend = "fused";
  std::string device = "cpu";

  void Describe(OptionTable& table);
  /// @throws UserError if they contradict each other.
  void Check() const;
  /// The discount once a share of the run, 0 to 1, is over: from `gamma` to `gamma_final`, 1 -
  /// gamma by the same factor at each step. Source: Francois-Lavet et al. 2015, arXiv:1512.02011
  /// (there 0.98 an epoch, up to a largest value). Departure: within an n-step return the
  /// rewards keep `gamma`, so that transitions need not be kept in parts.
  double Discount(double progress) const;
  /// What they say about a single network.
  LearnerOptions learner(double learning_rate) const;
};

/// An agent that learns from a replay buffer. This base collects n-step transitions, normalises
/// observations, pays for updates by environment steps, anneals the step sizes, averages the
/// figures, saves and restores; the algorithm fills in how to explore and how to learn from one
/// minibatch.
///
/// Safety: an update that meets a value which is not finite is undone, together with the up to
/// kKeepEvery updates before it; learning goes on with half the step size, and after
/// `max_rollbacks` such failures stops with an Error that names the quantity.
class OffPolicyAgent : public Agent {
 public:
  void Act(std::span<const float> observations, std::span<float> actions) final;
  void Observe(const StepBatch& batch) final;
  void Update() final;
  int64_t env_steps() const final { return env_steps_; }
  int64_t updates() const final { return updates_; }
  policy::PolicyArtifact Snapshot() const final;
  Metrics TakeMetrics() final;
  std::vector<std::string> TakeWarnings() final;
  void Serialize(models::Archive& archive) final;

 protected:
  /// @throws UserError as OffPolicyOptions::Check.
  OffPolicyAgent(const OffPolicyOptions& options, const AgentContext& context);

  /// Fills in exploring actions. @param observations  [num_envs x obs_dim], normalised.
  virtual void Explore(std::span<const float> observations, std::span<float> actions) = 0;
  virtual void EndEpisode(int env) = 0;
  /// One update from a minibatch with normalised observations. @throws NotFinite.
  virtual void Learn(const Batch& batch) = 0;
  /// Absolute TD errors of the batch that was last learned from, for agents that draw by priority.
  /// @param errors  [batch].
  virtual void TdErrors(std::span<float> errors) const = 0;
  /// Mean |Q| of that batch.
  virtual double MeanAbsQ() const = 0;
  /// What a step can be worth besides the largest reward.
  virtual double MoreThanTheReward() const { return 0; }
  /// Everything that is annealed, checked, saved and rolled back together.
  virtual std::vector<Learner*> Learners() = 0;
  /// The deterministic policy behind the normaliser.
  virtual std::vector<policy::DenseLayer> PolicyLayers() const = 0;
  /// What makes it stochastic; none where actions are not sampled.
  virtual std::optional<policy::GaussianHead> PolicyNoise() const { return std::nullopt; }
  virtual std::vector<std::pair<std::string, Mean*>> Means() = 0;
  /// Figures as of now: schedules, learned scalars.
  virtual Metrics Gauges() const = 0;
  /// What the algorithm has besides learners and means.
  virtual void SerializeMore(models::Archive& archive) = 0;

  /// Learns from rollouts of a fitted model too. @param policy  as Imagination::Policy, but for
  /// normalised observations. @throws UserError if the task's reward is not known.
  void Imagine(const ImaginationOptions& options, Imagination::Policy policy);

  const AgentContext& context() const { return context_; }
  /// A run too short for its warm-up learns from its second half at least.
  bool warming_up() const {
    return env_steps_ < std::min(options_.warmup_steps, context_.total_steps / 2);
  }
  /// Share of the run that is over, 0 to 1.
  double Progress() const;
  /// The discount as of now.
  double gamma() const { return options_.Discount(Progress()); }
  /// Factor on every step size: the schedule, and what roll-backs have left.
  double RateFactor() const;

  /// y = R + d V(s'), with `bound_targets` kept within what the rewards so far can be worth.
  /// @param targets  [batch], holds V(s') and receives y.
  void Bootstrap(const Batch& batch, std::span<float> targets) const;

  /// Runs two parts that share no state, side by side where there are threads.
  template <class First, class Second>
  void InParallel(First first, Second second) {
    RunBoth(context_.pool, first, second);
  }

 private:
  void UpdateOnce();
  void UpdateFromImagination();
  void LearnFrom(Batch* batch, bool imagined);
  void WatchQ();
  /// Brings discounts of replayed transitions, `gamma`^n, to what they are now.
  void Rediscount(std::span<float> discounts) const;

  OffPolicyOptions options_;
  AgentContext context_;
  models::Normalizer normalizer_;
  Experience experience_;
  QAlarm q_alarm_;
  std::vector<std::string> warnings_;
  int64_t env_steps_ = 0, updates_ = 0;
  double owed_updates_ = 0;
  RollBacks roll_backs_;
  std::optional<Imagination> imagination_;
  ImaginationOptions imagination_options_;
  Imagination::Policy imagined_policy_;
  Batch batch_, imagined_batch_;
  std::vector<float> normalized_, td_errors_;
};

}  // namespace sinew::agents
