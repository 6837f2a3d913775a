#pragma once

#include <memory>

#include "agents/on_policy/on_policy.h"
#include "agents/on_policy/trust_region.h"

namespace sinew::agents {

/// Options of TRPO; section "agent" of the configuration.
struct TrpoOptions : OnPolicyOptions {
  TrpoOptions() {
    rollout_steps = 128;
    critic_lr = 1e-3;
    value_clip = 0;
    lr_schedule = 1;
  }
  TrustRegionOptions region;
  int64_t critic_batch = 64;
  int64_t critic_epochs = 10;

  void Describe(OptionTable& table);
};

/// Trust region policy optimisation: one step along the natural gradient for each rollout, as long
/// as the KL divergence from the policy that collected it allows; the critic learns in several
/// epochs of minibatches beside it.
/// Source: Schulman et al. 2015, arXiv:1502.05477; advantages: arXiv:1506.02438; departures:
/// docs/agents/trpo.md.
std::unique_ptr<AgentBuilder> MakeTrpo();
std::unique_ptr<Agent> MakeTrpoAgent(const TrpoOptions& options, const AgentContext& context);

}  // namespace sinew::agents
