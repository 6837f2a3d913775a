#include "agents/off_policy/temperature.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {
namespace {

constexpr float kLogBound = 15;

models::NetworkSpec NetworkWithoutInputs() {
  models::NetworkSpec spec;
  spec.outputs = 1;
  return spec;
}

}  // namespace

Temperature::Temperature(double start, double learning_rate, Random& random)
    : learner_("temperature", NetworkWithoutInputs(),
               {.learning_rate = learning_rate, .has_target = false}, random) {
  log_alpha() = static_cast<float>(std::log(start));
  learner_.Keep();
}

double Temperature::alpha() const { return std::exp(learner_.online().parameters().values()[0]); }

void Temperature::Step(double gradient) {
  learner_.online().gradient().values()[0] = static_cast<float>(gradient);
  learner_.Step();
  log_alpha() = std::clamp(log_alpha(), -kLogBound, kLogBound);
}

}  // namespace sinew::agents
