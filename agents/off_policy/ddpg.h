#pragma once

#include <memory>
#include <vector>

#include "agents/base/agent.h"
#include "agents/base/memory_options.h"
#include "agents/exploration/exploration_options.h"
#include "agents/off_policy/off_policy.h"

namespace sinew::agents {

/// Options of DDPG and of the switches that turn it into TD3; section "agent" of the configuration.
struct DdpgOptions : OffPolicyOptions, ExplorationOptions, MemoryOptions {
  std::vector<int64_t> actor_hidden{64, 64};
  std::vector<int64_t> critic_hidden{64, 64};
  int64_t critic_action_layer = 0;
  double actor_lr = 1e-3;
  double critic_lr = 1e-3;
  double critic_weight_decay = 0;

  bool twin = false;
  int64_t policy_delay = 1;
  double target_noise = 0.1;
  double target_noise_clip = 0.3;
  bool inverting_gradients = false;

  void Describe(OptionTable& table);
};

/// Deep deterministic policy gradient.
///
/// Critic: minimise (y - Q(s, a))^2 with y = R_n + gamma^n Q'(s_n, mu'(s_n)), 0 behind terminal
/// states only. Actor: follow dQ(s, mu(s))/da through the actor. Targets: Polyak averages of both.
/// Source: Lillicrap et al. 2015, arXiv:1509.02971, Algorithm 1. Switches, off in the paper:
/// `twin`, `policy_delay`, `target_noise` from Fujimoto et al. 2018, arXiv:1802.09477 (TD3);
/// `n_step` returns, and the remedies of ActorHead. Departures: no batch normalisation (the
/// observation normaliser takes its place); the actor follows the critic as it was before this
/// update's critic step, so that both can be computed at the same time.
std::unique_ptr<AgentBuilder> MakeDdpg();
/// The same class with TD3's switches on: two critics of which the smaller target counts, an actor
/// that moves at every second update, and noise on the target's action.
/// Source: Fujimoto et al. 2018, arXiv:1802.09477, Algorithm 1. Departures: as DDPG's.
std::unique_ptr<AgentBuilder> MakeTd3();
/// @throws UserError if options contradict each other.
std::unique_ptr<Agent> MakeDdpgAgent(const DdpgOptions& options, const AgentContext& context);

}  // namespace sinew::agents
