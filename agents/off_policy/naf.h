#pragma once

#include <memory>
#include <vector>

#include "agents/base/agent.h"
#include "agents/base/memory_options.h"
#include "agents/exploration/exploration_options.h"
#include "agents/off_policy/off_policy.h"

namespace sinew::agents {

/// Options of NAF; section "agent" of the configuration.
struct NafOptions : OffPolicyOptions, ExplorationOptions, ImaginationOptions, MemoryOptions {
  NafOptions() { max_grad_norm = 10; }

  std::vector<int64_t> hidden{64, 64};
  double lr = 1e-3;
  double huber_width = 1;
  double diagonal_bound = 3;
  double locality = 0;
  bool twin = false;

  void Describe(OptionTable& table);
};

/// Continuous deep Q-learning with normalized advantage functions: one network whose outputs make
/// Q(s, a) = V(s) - |L(s)'(a - mu(s))|^2 / 2, so that the best action is known without an actor.
///
/// Minimise mean h(Q(s, a) - y), h Huber's, y = R_n + gamma^n V'(s_n), 0 behind terminal states.
/// With `imagination` also from rollouts of a fitted model (Algorithm 2), see Imagination.
/// Source: Gu et al. 2016, arXiv:1603.00748, Algorithm 1. Departures: bounded diagonal of L,
/// Huber's loss and clipped gradients in place of none (each keeps one bad transition from
/// throwing the learner); no batch normalisation (the observation normaliser takes its place);
/// V, mu and L share their hidden layers; n-step returns. With `twin` two such networks learn from
/// y = R_n + gamma^n min(V1'(s_n), V2'(s_n)), against the maximum's bias as in TD3 (Fujimoto et al.
/// 2018, arXiv:1802.09477, section 4.2); the policy is the first one's. With `locality` the loss of
/// each transition is weighted by LocalWeights.
std::unique_ptr<AgentBuilder> MakeNaf();
std::unique_ptr<Agent> MakeNafAgent(const NafOptions& options, const AgentContext& context);

}  // namespace sinew::agents
