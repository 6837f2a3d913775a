#pragma once

#include "models/archive.h"

namespace sinew::agents {

/// A factor on the actor's step size that holds the KL divergence of its updates near a desired
/// one: two thirds of what it was after an update that went beyond twice the desired KL, half as
/// much again after one that stayed below half of it.
///
/// Source: the rule of rsl_rl (github.com/leggedrobotics/rsl_rl), the code of Rudin et al. 2022,
/// arXiv:2109.11978. Departures: it looks at the KL of the whole update over the whole rollout, not
/// at every minibatch; where step sizes fall over a run, the desired KL falls with their square, as
/// the KL of a short step does; the factor stays within [0.01, 10].
class KlStepSize {
 public:
  /// @param desired_kl  of one update at the schedule's start [nats]; 0: the factor stays 1.
  explicit KlStepSize(double desired_kl) : desired_kl_(desired_kl) {}

  double factor() const { return factor_; }
  /// @param kl  of the update  [nats]. @param schedule  what step sizes were multiplied by besides.
  void Adapt(double kl, double schedule);
  void Serialize(models::Archive& archive);

 private:
  double desired_kl_;
  double factor_ = 1;
};

}  // namespace sinew::agents
