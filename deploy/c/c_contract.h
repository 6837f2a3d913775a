#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "policy/policy_file.h"

namespace sinew::deploy {

/// What a policy costs on a controller.
struct CCost {
  int64_t parameters = 0;   // weights and biases
  int64_t flash_bytes = 0;  // constant data
  int64_t stack_bytes = 0;  // working memory of one call
  int64_t macs = 0;         // multiply-accumulates of one call
  int64_t state_bytes = 0;  // of the caller's struct
};

/// What the headers of every number format have in common. Texts with the marks of WithPrefix.

/// The comment at the top: origin, use, safety, cost, observation and joints.
/// @param numbers  says what the header computes with.
std::string CIntroduction(const policy::PolicyGraph& artifact, const CCost& cost,
                          const std::string& numbers);

/// Include guard, identity and contract as macros and arrays, cost as macros.
/// @param more  further macros, name and value.
std::string CContract(const policy::PolicyGraph& artifact, const CCost& cost,
                      const std::vector<std::pair<std::string, std::string>>& more);

/// Status codes, the finite check and the clamp.
std::string CHelpers();

/// The training range, from normalised actions to commands within the limits (see CCommand), and
/// the end of the header.
/// @param state  of a policy that remembers: steps in place of calls.
std::string CTorque(const spec::Contract& contract, bool stochastic, bool state = false);

void ReplaceAll(std::string* text, std::string_view from, std::string_view to);

}  // namespace sinew::deploy
