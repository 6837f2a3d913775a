#include <fmt/format.h>

#include <cmath>

#include "agents/off_policy/off_policy.h"
#include "core/error.h"

namespace sinew::agents {

void OffPolicyOptions::Describe(OptionTable& table) {
  table.Add("final_layer_range", &final_layer_range, {0, 1},
            "last layers start uniform within this");
  table.Add("tau", &tau, {0, 1}, "share of the online networks that enters the targets per update");
  table.Add("action_l2", &action_l2, {0, 100},
            "penalty on the square of what enters the policy's tanh, against saturation");
  table.Add("batch", &batch, {1, 65536}, "transitions per update");
  table.Add("updates_per_step", &updates_per_step, {0, 1000},
            "gradient updates per environment step");
  ExperienceOptions::Describe(table);
  table.Add("gamma_final", &gamma_final, {0, 0.99999},
            "the discount moves from gamma to this over the run (0: it stays)");
  table.Add("warmup_steps", &warmup_steps, {0, 1e9},
            "environment steps before the first update, at most half of the run", "steps");
  table.Add("bound_targets", &bound_targets,
            "targets are kept within what any sequence of the rewards so far is worth");
  table.Add("q_alarm", &q_alarm,
            "warn once mean |Q| is beyond what any sequence of rewards is worth");
  CommonOptions::Describe(table, {"task", "warmup", "running", "none"});
}

void OffPolicyOptions::Check() const {
  if (batch > replay_capacity) {
    throw UserError(fmt::format("agent.batch = {} is larger than agent.replay_capacity = {}", batch,
                                replay_capacity));
  }
  if (gamma_final > 0 && (gamma == 0 || gamma == 1)) {
    throw UserError(
        fmt::format("agent.gamma_final = {} asks for an agent.gamma between 0 and 1, not {}",
                    gamma_final, gamma));
  }
}

double OffPolicyOptions::Discount(double progress) const {
  if (gamma_final == 0) return gamma;
  return 1 - (1 - gamma) * std::pow((1 - gamma_final) / (1 - gamma), progress);
}

LearnerOptions OffPolicyOptions::learner(double learning_rate) const {
  return {.learning_rate = learning_rate,
          .max_gradient_norm = max_gradient_norm,
          .final_layer_range = final_layer_range,
          .backend = backend,
          .device = device};
}

}  // namespace sinew::agents
