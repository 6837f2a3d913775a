#pragma once

#include <optional>
#include <span>
#include <vector>

#include "agents/base/figures.h"
#include "agents/base/learner.h"
#include "agents/off_policy/td_losses.h"
#include "agents/replay/replay_buffer.h"
#include "policy/critic.h"
#include "policy/graph_builder.h"
#include "policy/policy_file.h"

namespace sinew::agents {

/// When in a run an update happens, and what it is to know beside its minibatch.
struct UpdateMoment {
  int64_t number = 1;   // of the update, from 1
  double progress = 0;  // share of the run that is over, 0 to 1
  Bootstrap bootstrap{};
};

/// What one update amounted to; views that are valid until the next.
struct UpdateOutcome {
  double mean_abs_q = 0;  // of the minibatch
  /// [batch], absolute TD errors; empty where the minibatch has no weights.
  std::span<const float> td_errors{};
  double bonus = 0;  // what a step can be worth besides the largest reward
};

/// How an off-policy agent learns from a minibatch, and the policy that comes of it: what makes
/// one algorithm differ from another.
class UpdateRule {
 public:
  virtual ~UpdateRule() = default;

  /// One step of every learner that is due. @param batch  with normalised observations.
  /// @throws NotFinite.
  virtual UpdateOutcome Update(const Batch& batch, const UpdateMoment& moment) = 0;
  /// Everything that is annealed, checked, saved and rolled back together.
  virtual std::vector<ParameterLearner*> learners() = 0;
  /// The policy behind the normaliser, noise of a stochastic one included.
  /// @param x  what its network reads. @return  the action.
  virtual policy::GraphBuilder::Value Describe(const policy::GraphBuilder::Value& x,
                                               policy::GraphBuilder* graph) const = 0;
  /// What it thinks that states or actions are worth, in units of the scaled reward; discount and
  /// policy's hash are left to the caller. None where the file of critics has no form for it.
  virtual std::optional<policy::Critic> CriticSnapshot() const { return std::nullopt; }
  /// Names its means.
  virtual void Track(Figures* figures) = 0;
  /// Figures as of now.
  virtual Metrics Gauges() const = 0;
  /// What it has besides learners and means.
  virtual void Serialize(models::Archive& archive) = 0;
};

}  // namespace sinew::agents
