#pragma once

#include <cstdint>
#include <string>

#include "deploy/golden.h"
#include "models/policy_file.h"

namespace sinew::deploy {

/// What a policy costs on a controller.
struct CCost {
  int64_t parameters = 0;   // weights and biases
  int64_t flash_bytes = 0;  // constant data
  int64_t stack_bytes = 0;  // working memory of one call
  int64_t macs = 0;         // multiply-accumulates of one call
};
CCost CostInC(const models::PolicyArtifact& artifact);

/// Text of `<prefix>_policy.h`: the policy as a C99 header that needs nothing but libm.
/// @throws Error as models::CheckArtifact.
std::string CHeader(const models::PolicyArtifact& artifact, const std::string& prefix);

/// Text of `<prefix>_golden.h`: golden vectors as constant arrays.
std::string CGoldenHeader(const GoldenVectors& golden, const std::string& prefix);

/// Text of `check.c`: a program that holds the policy against the golden vectors, on the machine
/// that is to run it.
std::string CCheckProgram(const std::string& prefix);

/// Text of the unit that makes a shared object of the header; see CompiledPolicy.
std::string CSharedObject(const std::string& prefix);

}  // namespace sinew::deploy
