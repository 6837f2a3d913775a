#include <fmt/format.h>

#include "agents/on_policy/on_policy.h"
#include "core/error.h"

namespace sinew::agents {

void OnPolicyOptions::Describe(OptionTable& table) {
  table.Add("actor_hidden", &actor_hidden, {1, 4096}, "widths of the actor's hidden layers");
  table.Add("critic_hidden", &critic_hidden, {1, 4096}, "widths of the critic's hidden layers");
  table.Add("log_std_init", &log_std_init, {-20, 5},
            "log standard deviation of the first actions, in units of the action");
  table.Add("log_std_min", &log_std_min, {-20, 5}, "its lower bound");
  table.Add("log_std_max", &log_std_max, {-20, 5}, "its upper bound");
  table.Replaced("log_std_final", "log_std_max", EndsBelow);
  table.Add("rollout_steps", &rollout_steps, {1, 1e6}, "steps of every environment between updates",
            "steps");
  table.Renamed("horizon", "rollout_steps");
  table.Add("gamma", &gamma, {0, 1}, "discount per control step");
  table.Add("gae_lambda", &gae_lambda, {0, 1},
            "decay of the advantage's trace (0: one step, 1: all)");
  table.Renamed("lambda", "gae_lambda");
  table.Add("normalize_advantages", &normalize_advantages,
            "advantages with mean 0 and deviation 1 in every batch that the policy learns from");
  table.Add("critic_lr", &critic_lr, {0, 1}, "Adam step size of the critic");
  table.Add("value_clip", &value_clip, {0, 1e6},
            "bound of a value's change per update (0: not clipped)");
  table.Add("normalize_rewards", &normalize_rewards,
            "divide rewards by the running deviation of the discounted return");
  MemoryOptions::Describe(table);
  CommonOptions::Describe(table, {"task", "running"});
  table.BeginGroup(kRarelyUsed);
  table.Add("adam_epsilon", &adam_epsilon, {1e-12, 1},
            "Adam's guard against division by zero, where gradients are tiny");
  table.Add("reward_clip", &reward_clip, {0.1, 1e6},
            "bound of the normalised reward, against single large ones");
  table.BeginGroup("");
}

void OnPolicyOptions::Check() const {
  if (log_std_min <= log_std_init && log_std_init <= log_std_max.start) return;
  throw UserError(fmt::format(
      "agent.log_std_init = {} is not between agent.log_std_min = {} and agent.log_std_max = {}",
      log_std_init, log_std_min, log_std_max.start));
}

LearnerOptions OnPolicyOptions::learner(double learning_rate) const {
  return {.learning_rate = learning_rate,
          .adam_epsilon = adam_epsilon,
          .max_gradient_norm = max_grad_norm,
          .has_target = false,
          .backend = backend,
          .device = device};
}

std::unique_ptr<Distribution> MakeGaussian(const OnPolicyOptions& options, int act_dim) {
  return std::make_unique<DiagonalGaussian>(
      act_dim, DiagonalGaussian::Options{.log_std_init = options.log_std_init,
                                         .log_std_min = options.log_std_min,
                                         .log_std_max = options.log_std_max});
}

}  // namespace sinew::agents
