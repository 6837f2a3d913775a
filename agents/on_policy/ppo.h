#pragma once

#include <memory>
#include <string>

#include "agents/on_policy/on_policy.h"

namespace sinew::agents {

/// Options of PPO; section "agent" of the configuration.
struct PpoOptions : OnPolicyOptions {
  double actor_lr = 3e-4;
  int64_t batch_size = 64;
  int64_t epochs = 10;
  int64_t critic_epochs = 0;
  bool recompute_advantages = false;

  std::string surrogate = "clip";
  double clip_range = 0.2;
  double kl_coefficient = 1;
  double kl_target = 0.01;
  double stop_kl = 0;
  double desired_kl = 0;
  double entropy_coef = 0;

  void Describe(OptionTable& table);
  /// @throws UserError if they contradict each other or the number of environments.
  void Check(int num_envs) const;
};

/// Proximal policy optimisation: learn from a rollout in several epochs of minibatches while the
/// policy is held near the one that collected it.
///
/// Surrogates: `clip` (the ratio is clipped), `kl` (fixed penalty on the KL divergence),
/// `adaptive_kl` (its coefficient follows kl_target).
/// Source: Schulman et al. 2017, arXiv:1707.06347; advantages: Schulman et al. 2015,
/// arXiv:1506.02438; what else is on: docs/agents/ppo.md.
std::unique_ptr<AgentBuilder> MakePpo();
std::unique_ptr<Agent> MakePpoAgent(const PpoOptions& options, const AgentContext& context);

}  // namespace sinew::agents
