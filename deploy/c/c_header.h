#pragma once

#include <string>

#include "deploy/base/golden.h"
#include "deploy/c/c_contract.h"
#include "policy/policy_file.h"

namespace sinew::deploy {

/// @param stochastic  with what the sampled actions need besides.
CCost CostInC(const policy::PolicyArtifact& artifact, bool stochastic = false);

/// Text of `<prefix>_policy.h`: the policy as a C99 header that needs nothing but libm.
/// @param stochastic  adds functions that take noise and sample the action.
/// @throws Error as policy::CheckArtifact.
std::string CHeader(const policy::PolicyArtifact& artifact, const std::string& prefix,
                    bool stochastic = false);

/// Text of `<prefix>_golden.h`: golden vectors as constant arrays.
std::string CGoldenHeader(const GoldenVectors& golden, const std::string& prefix);

/// Text of a program that holds the policy against the golden vectors, on the machine that is to
/// run it.
/// @param tolerance  of the torque limit, or of the torque where that is larger.
std::string CCheckProgram(const std::string& prefix, double tolerance, bool stochastic);

/// Text of the unit that makes a shared object of the header; see CompiledPolicy.
std::string CSharedObject(const std::string& prefix, bool stochastic);

}  // namespace sinew::deploy
