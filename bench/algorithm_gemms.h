#pragma once

#include <vector>

#include "bench/gemm.h"

namespace sinew::bench {

/// Shapes of a learner whose networks have two equal hidden layers.
struct LearnerShape {
  int batch = 256, hidden = 256, obs = 20, act = 7;

  bool operator==(const LearnerShape&) const = default;
};

/// The matrix products that the updates of an algorithm cannot do without: every layer forward
/// where a value is needed, every weight's gradient, every layer's input gradient but the first's;
/// for a gradient that goes through a critic to the action, of the first layer the action's columns
/// only. Targets are computed once, whoever reads them.

/// DDPG (Lillicrap et al. 2015, Algorithm 1) with one critic, TD3 (Fujimoto et al. 2018) with two.
/// @param policy_delay  critic updates for each actor update; the products are those of so many
/// updates, with the actor's once.
std::vector<Gemm> DdpgGemms(const LearnerShape& shape, int critics, int policy_delay);

/// SAC (Haarnoja et al. 2018, arXiv:1812.05905, Algorithm 1): two critics, and the actor's gradient
/// through both.
std::vector<Gemm> SacGemms(const LearnerShape& shape);

/// FSAC: the critics' part at every update, the actor's way through both and its own step at every
/// second. Networks of one block of `hidden` numbers, four times as wide within; 101 atoms.
std::vector<Gemm> FsacGemms(const LearnerShape& shape, int policy_delay);

/// NAF (Gu et al. 2016, Algorithm 1), one network for V, mu and L; of the target only V.
std::vector<Gemm> NafGemms(const LearnerShape& shape);

/// PPO (Schulman et al. 2017): one minibatch through the policy and the value.
std::vector<Gemm> PpoGemms(const LearnerShape& shape);

}  // namespace sinew::bench
