#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agents/on_policy/advantage_estimator.h"
#include "agents/on_policy/stochastic_policy.h"
#include "agents/on_policy/value_learner.h"
#include "agents/rollout/minibatches.h"
#include "agents/rollout/rollout_buffer.h"
#include "core/thread_pool.h"

namespace sinew::agents {

/// A full rollout, and what learns from it: what an on-policy algorithm works with.
struct RolloutLesson {
  const RolloutBuffer& rollout;
  StochasticPolicy& policy;  // its BeginUpdate has been called
  ValueLearner& critic;      // its Evaluate has been called
  AdvantageEstimator& advantages;
  MinibatchOrder& rows;  // to learn from, of which there is at least one
  double rate_factor;    // on step sizes: the schedule's, halved by every roll-back
  ThreadPool* pool;

  void EstimateAdvantages() const { advantages.Estimate(rollout, critic); }
  /// The critic passes `epochs` times over the rollout, in minibatches of at least `batch` rows,
  /// towards the returns. @return  steps of its optimiser. @throws NotFinite.
  int64_t FitCritic(int64_t epochs, int64_t batch) const;
};

/// What a lesson amounted to.
struct LessonOutcome {
  int64_t updates = 0;  // steps taken by optimisers
  double kl = 0;  // from the policy that collected the rollout to the one that learned  [nats]
};

/// How actor and critic learn from a rollout: what makes one on-policy algorithm differ from
/// another.
class LessonRule {
 public:
  virtual ~LessonRule() = default;

  /// @throws NotFinite.
  virtual LessonOutcome Learn(const RolloutLesson& lesson) = 0;
  /// Names its means.
  virtual void Track(Figures* figures) = 0;
  /// Figures as of now. @param rate_factor, actor_rate_factor  on step sizes.
  virtual Metrics Gauges(double rate_factor, double actor_rate_factor) const = 0;
  /// What it remembers from one rollout to the next.
  virtual void Serialize(models::Archive&) {}
};

}  // namespace sinew::agents
