#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "agents/base/common_options.h"
#include "agents/base/guarded_learners.h"
#include "agents/base/q_alarm.h"
#include "agents/base/run_clock.h"
#include "agents/exploration/exploration.h"
#include "agents/model_based/imagination.h"
#include "agents/off_policy/update_rule.h"
#include "agents/replay/experience.h"
#include "agents/replay/return_bound.h"

namespace sinew::agents {

/// What every learner from a replay buffer has in common; part of section "agent".
struct OffPolicyOptions : CommonOptions, ExperienceOptions {
  double final_layer_range = 3e-3;
  double tau = 0.01;
  double action_l2 = 0;
  int64_t batch_size = 64;
  double updates_per_step = 0.5;
  int64_t learning_starts = 4000;
  bool bound_targets = false;
  bool q_alarm = true;

  void Describe(OptionTable& table);
  /// @throws UserError if they contradict each other.
  void Check() const;
  /// The discount once a share of the run, 0 to 1, is over: 1 - gamma moves by the same factor at
  /// each step. Source: Francois-Lavet et al. 2015, arXiv:1512.02011
  /// (there 0.98 an epoch, up to a largest value). Departure: within an n-step return the
  /// rewards keep the first gamma, so that transitions need not be kept in parts.
  double Discount(double progress) const;
  /// What they say about a single network.
  LearnerOptions learner(double learning_rate) const;
};

/// What makes an off-policy agent this one and not another.
struct OffPolicyParts {
  std::unique_ptr<UpdateRule> rule;
  std::unique_ptr<Exploration> exploration;
  std::optional<ImaginationOptions> imagination{};  // learns from rollouts of a fitted model too
  std::optional<ReturnBound> return_scale{};        // what replayed rewards are multiplied by
  std::vector<std::string> derived{};               // see Agent::DerivedSettings
};

/// An agent that learns from a replay buffer: it explores, keeps what it lived through, and pays
/// for updates by environment steps.
///
/// Safety: an update that meets a value which is not finite is undone, together with the up to
/// kKeepEvery updates before it; learning goes on with half the step size, and after
/// `max_rollbacks` such failures stops with an Error that names the quantity.
class OffPolicyAgent : public Agent {
 public:
  /// @throws UserError as OffPolicyOptions::Check, and if the task cannot be imagined.
  OffPolicyAgent(const OffPolicyOptions& options, const AgentContext& context,
                 OffPolicyParts parts);

  void Act(const ActBatch& batch, std::span<float> actions) override;
  void Observe(const StepBatch& batch) override;
  LearnOutcome Learn() override;
  std::vector<std::string> DerivedSettings() const override { return parts_.derived; }
  int64_t env_steps() const override { return clock_.env_steps(); }
  int64_t updates() const override { return clock_.updates(); }
  policy::PolicyGraph Snapshot() const override;
  std::optional<policy::Critic> CriticSnapshot() const override;
  Metrics TakeMetrics() override;
  void Serialize(models::Archive& archive) override;
  void Adjust(const Adjustment& adjustment) override { adjustment_ = adjustment; }

 private:
  /// A run too short for its warm-up learns from its second half at least.
  bool warming_up() const;
  double gamma() const { return options_.Discount(clock_.Progress()); }
  ExplorationMoment moment() const;
  void Imagine();
  void LearnFromExperience();
  void LearnFromImagination();
  UpdateOutcome LearnFrom(Batch* batch);
  void KeepNowAndThen() const;
  void WatchQ(const UpdateOutcome& outcome);
  /// What replayed rewards are multiplied by.
  double return_factor() const { return parts_.return_scale ? parts_.return_scale->factor() : 1; }
  /// Of rewards so far, as the rule sees them.
  RewardRange rewards() const { return experience_.rewards().Times(return_factor()); }
  /// Brings discounts of replayed transitions, powers of the first gamma, to what they are now.
  void Rediscount(std::span<float> discounts) const;

  OffPolicyOptions options_;
  AgentContext context_;
  OffPolicyParts parts_;
  RunClock clock_;
  Adjustment adjustment_;
  ObservationScaler scaler_;
  Experience experience_;
  std::optional<Imagination> imagination_;
  GuardedLearners learners_;
  Figures figures_;
  QAlarm q_alarm_;
  std::vector<std::string> warnings_;
  double owed_updates_ = 0;
  Batch batch_, imagined_batch_;
  std::vector<float> normalized_;
};

}  // namespace sinew::agents
