#pragma once

#include <memory>

#include "agents/on_policy/on_policy.h"

namespace sinew::agents {

/// Options of A2C; section "agent" of the configuration.
struct A2cOptions : OnPolicyOptions {
  A2cOptions() {
    log_std_init = -1;
    rollout_steps = 8;
    critic_lr = 2e-3;
    value_clip = 0;
    normalize_advantages = false;
  }
  double actor_lr = 7e-4;
  double desired_kl = 0;
  int64_t critic_epochs = 1;
  double entropy_coef = 0;

  void Describe(OptionTable& table);
};

/// Advantage actor-critic, synchronous: one step of actor and critic for each rollout, a short one
/// of many environments; as options more steps of the critic, and a step of the actor as long as
/// its KL divergence is to be. It is PPO with one epoch of one minibatch, where the ratio is 1 and
/// nothing is clipped (Huang et al. 2022, arXiv:2205.09123), and is built as such.
/// Source: Mnih et al. 2016, arXiv:1602.01783; departures: docs/agents/a2c.md.
std::unique_ptr<AgentBuilder> MakeA2c();
std::unique_ptr<Agent> MakeA2cAgent(const A2cOptions& options, const AgentContext& context);

}  // namespace sinew::agents
