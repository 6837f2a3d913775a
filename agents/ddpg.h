#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agents/agent.h"

namespace sinew::agents {

/// Options of DDPG and of the switches that turn it into TD3; section "agent" of the configuration.
struct DdpgOptions {
  std::vector<int64_t> actor_hidden{64, 64};
  std::vector<int64_t> critic_hidden{64, 64};
  int64_t critic_action_layer = 0;
  double final_layer_range = 3e-3;

  double gamma = 0.97;
  double tau = 0.01;
  double actor_lr = 1e-3;
  double critic_lr = 1e-3;
  double lr_final = 0.1;
  double critic_weight_decay = 0;
  double max_gradient_norm = 0;
  int64_t batch = 64;
  double updates_per_step = 0.5;
  int64_t replay_capacity = 1'000'000;
  int64_t n_step = 3;
  double reward_scale = 1;

  bool twin = false;
  int64_t policy_delay = 1;
  double target_noise = 0.1;
  double target_noise_clip = 0.3;

  std::string noise = "gaussian";
  double noise_sigma = 0.2;
  double noise_final = 0.25;
  double ou_theta = 0.15;
  int64_t warmup_steps = 4000;
  double warmup_sigma = 0.3;

  std::string normalizer = "task";
  double obs_clip = 10;

  std::string backend = "fused";
  std::string device = "cpu";

  void Describe(OptionTable& table);
};

/// Deep deterministic policy gradient.
///
/// Critic: minimise (y - Q(s, a))^2 with y = R_n + gamma^n Q'(s_n, mu'(s_n)), 0 behind terminal
/// states only. Actor: follow dQ(s, mu(s))/da through the actor. Targets: Polyak averages of both.
/// Source: Lillicrap et al. 2015, arXiv:1509.02971, Algorithm 1. Switches, off in the paper:
/// `twin`, `policy_delay`, `target_noise` from Fujimoto et al. 2018, arXiv:1802.09477 (TD3);
/// `n_step` returns. Departures: no batch normalisation (the observation normaliser takes its
/// place); the actor follows the critic as it was before this update's critic step, so that both
/// can be computed at the same time.
std::unique_ptr<AgentBuilder> MakeDdpg();
std::unique_ptr<Agent> MakeDdpgAgent(const DdpgOptions& options, const AgentContext& context);

}  // namespace sinew::agents
