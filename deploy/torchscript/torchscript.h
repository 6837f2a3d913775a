#pragma once

#include <memory>
#include <string>

#include "deploy/base/backend.h"
#include "policy/policy_file.h"

namespace sinew::deploy {

/// The policy as a TorchScript archive (bytes of the file), which LibTorch and PyTorch load without
/// this program:
///
///   forward(observation [batch, obs_dim]) -> torque [batch, act_dim] (N·m within the limits),
///                                            action [batch, act_dim] (-1 to 1),
///                                            status [batch, 1] (as in OnnxModel)
///
/// Of a sampling export forward takes noise [batch, act_dim] besides. Of a policy that remembers it
/// takes state [batch, state_dim] last and gives next_state last; initial_state(batch) is the state
/// at the start of an episode. Normaliser, clip, activation
/// and torque limits are inside. The archive's extra files "contract.json" and "policy_hash" hold
/// the contract and the hash.
///
/// @throws Error as policy::CheckGraph.
std::string TorchScriptModel(const policy::PolicyGraph& artifact, bool stochastic = false);

/// The archive loaded into this process, on the CPU, one row at a time.
/// @throws UserError if it is damaged.
std::unique_ptr<Backend> LoadTorchScript(const std::string& bytes);

}  // namespace sinew::deploy
