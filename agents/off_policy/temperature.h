#pragma once

#include "agents/base/learner.h"
#include "core/random.h"

namespace sinew::agents {

/// alpha = exp(log_alpha), what a nat of entropy is worth, with an optimiser of its own: a network
/// without inputs, whose single bias is log_alpha.
class Temperature {
 public:
  /// @param start  alpha before the first step.
  Temperature(double start, double learning_rate, Random& random);

  double alpha() const;
  Learner& learner() { return learner_; }
  /// @param gradient  by log_alpha, see TemperatureGradient. An entropy target out of reach drives
  /// log_alpha no further than +-15.
  void Step(double gradient);

 private:
  float& log_alpha() { return learner_.online().parameters().values()[0]; }

  Learner learner_;
};

}  // namespace sinew::agents
