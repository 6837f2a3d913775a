#pragma once

#include <string>

#include "deploy/base/golden.h"
#include "deploy/c/c_contract.h"
#include "policy/policy_file.h"

namespace sinew::deploy {

/// @param stochastic  with what the sampled actions need besides.
CCost CostInC(const policy::PolicyGraph& artifact, bool stochastic = false);

/// Text of `<prefix>_policy.h`: the policy as a C99 header that needs nothing but libm.
/// Where the policy remembers, its state is a struct that the caller owns: <prefix>_reset begins an
/// episode, <prefix>_step gives torques and <prefix>_step_action the action. Otherwise there are
/// <prefix>_torque and <prefix>_action.
/// @param stochastic  adds functions that take noise and sample the action.
/// @throws Error as policy::CheckGraph.
std::string CHeader(const policy::PolicyGraph& artifact, const std::string& prefix,
                    bool stochastic = false);

/// Text of `<prefix>_golden.h`: golden vectors as constant arrays.
std::string CGoldenHeader(const GoldenVectors& golden, const std::string& prefix);

/// Text of a program that holds the policy against the golden vectors, on the machine that is to
/// run it.
/// @param tolerance  of the torque limit, or of the torque where that is larger. @param state  of a
/// policy that remembers.
std::string CCheckProgram(const std::string& prefix, double tolerance, bool stochastic,
                          bool state = false);

/// Text of the unit that makes a shared object of the header; see CompiledPolicy.
std::string CSharedObject(const std::string& prefix, bool stochastic, bool state);

}  // namespace sinew::deploy
