#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agents/agent.h"

namespace sinew::agents {

/// Options of PPO; section "agent" of the configuration.
struct PpoOptions {
  std::vector<int64_t> actor_hidden{64, 64};
  std::vector<int64_t> critic_hidden{64, 64};
  double log_std_init = 0;
  double log_std_min = -5;
  double log_std_max = 1;
  double log_std_final = 1;

  int64_t horizon = 64;
  int64_t batch = 64;
  int64_t epochs = 10;
  double gamma = 0.99;
  double lambda = 0.95;
  bool normalize_advantages = true;
  bool recompute_advantages = false;

  std::string surrogate = "clip";
  double clip = 0.2;
  double kl_coefficient = 1;
  double kl_target = 0.01;
  double stop_kl = 0;
  double entropy_bonus = 0;
  double value_clip = 0.2;

  double actor_lr = 3e-4;
  double critic_lr = 3e-4;
  double lr_final = 0;
  double adam_epsilon = 1e-5;
  double max_gradient_norm = 0.5;
  int64_t max_rollbacks = 5;

  std::string normalizer = "running";
  double obs_clip = 10;
  bool normalize_rewards = true;
  double reward_clip = 10;

  std::string backend = "fused";
  std::string device = "cpu";

  void Describe(OptionTable& table);
  /// @throws UserError if they contradict each other or the number of environments.
  void Check(int num_envs) const;
};

/// Proximal policy optimisation: collect `horizon` steps of every environment with a Gaussian
/// policy, estimate advantages, then learn from these steps in several epochs of minibatches while
/// the policy is held near the one that collected them.
///
/// Surrogates: `clip` (the ratio is clipped), `kl` (fixed penalty on the KL divergence),
/// `adaptive_kl` (its coefficient follows kl_target). Truncated episodes bootstrap from the value
/// of the true successor, terminated ones do not, diverged steps are dropped.
/// Source: Schulman et al. 2017, arXiv:1707.06347; advantages: Schulman et al. 2015,
/// arXiv:1506.02438; what else is on: docs/agents/ppo.md.
///
/// Safety: an update that meets a value which is not finite is undone as a whole and its rollout
/// dropped; learning goes on with half the step size, and after `max_rollbacks` such failures stops
/// with an Error that names the quantity.
std::unique_ptr<AgentBuilder> MakePpo();
std::unique_ptr<Agent> MakePpoAgent(const PpoOptions& options, const AgentContext& context);

}  // namespace sinew::agents
