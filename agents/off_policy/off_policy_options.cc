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
  table.Add("batch_size", &batch_size, {1, 65536}, "transitions per update");
  table.Renamed("batch", "batch_size");
  table.Add("updates_per_step", &updates_per_step, {0, 1000},
            "gradient updates per environment step");
  ExperienceOptions::Describe(table);
  table.Add("learning_starts", &learning_starts, {0, 1e9},
            std::string("environment steps before the first update, at most half of the run") +
                (derived ? "; 0: from the task's time scale" : ""),
            "steps");
  table.Renamed("warmup_steps", "learning_starts");
  table.Add("bound_targets", &bound_targets,
            "targets are kept within what any sequence of the rewards so far is worth");
  table.BeginGroup(kRarelyUsed);
  table.Add("q_alarm", &q_alarm,
            "warn once mean |Q| is beyond what any sequence of rewards is worth");
  table.BeginGroup("");
  CommonOptions::Describe(table, {"task", "warmup", "running", "none"});
}

void OffPolicyOptions::Check() const {
  if (batch_size > buffer_size) {
    throw UserError(fmt::format("agent.batch_size = {} is larger than agent.buffer_size = {}",
                                batch_size, buffer_size));
  }
  if (!gamma.constant() && (gamma.low() == 0 || gamma.high() == 1)) {
    throw UserError(
        fmt::format("agent.gamma moves from {} to {}: a discount that moves lies between 0 and 1",
                    gamma.start, gamma.end));
  }
}

double OffPolicyOptions::Discount(double progress) const {
  if (gamma.constant()) return gamma.start;
  return 1 - (1 - gamma.start) * std::pow((1 - gamma.end) / (1 - gamma.start), progress);
}

LearnerOptions OffPolicyOptions::learner(double learning_rate) const {
  return {.learning_rate = learning_rate,
          .max_gradient_norm = max_grad_norm,
          .final_layer_range = final_layer_range,
          .backend = backend,
          .device = device};
}

}  // namespace sinew::agents
