#pragma once

#include <memory>
#include <vector>

#include "agents/base/agent.h"
#include "agents/base/memory_options.h"
#include "agents/off_policy/off_policy.h"
#include "agents/off_policy/soft_actor.h"

namespace sinew::agents {

/// Options of SAC; section "agent" of the configuration.
struct SacOptions : OffPolicyOptions, MemoryOptions, SoftActorOptions {
  std::vector<int64_t> actor_hidden{64, 64};
  std::vector<int64_t> critic_hidden{64, 64};

  void Describe(OptionTable& table);
};

/// Soft actor-critic: the policy a = tanh(mean + std N(0, 1)) earns its entropy besides the reward.
///
/// Critics: minimise (y - Q_i(s, a))^2 with y = R_n + gamma^n (min_i Q_i'(s_n, a') - alpha log
/// pi(a'|s_n)), a' ~ pi. Actor: minimise mean(alpha log pi(a|s) - min_i Q_i(s, a)) through the
/// reparameterised action. Temperature alpha: keeps the entropy at its target.
/// Source: Haarnoja et al. 2018, arXiv:1812.05905, Algorithm 1. Departures: n-step returns, which
/// leave out the entropy earned on the way; log-stds bounded by tanh instead of clipped; the actor
/// follows the critics as they were before this update, so that both halves run side by side; the
/// entropy target may fall over the run.
std::unique_ptr<AgentBuilder> MakeSac();
/// @throws UserError if options contradict each other.
std::unique_ptr<Agent> MakeSacAgent(const SacOptions& options, const AgentContext& context);

}  // namespace sinew::agents
