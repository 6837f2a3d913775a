#pragma once

#include <string>
#include <vector>

namespace sinew::deploy {

/// Where each of the policy's names stands in the robot's list.
/// @param what    "observation", for messages. @param robot  empty: the policy's own order.
/// @param subset  whether the robot may have names that the policy does not know.
/// @return [policy], indices into `robot`.
/// @throws UserError naming a name that is missing, given twice or not the policy's, with the known
/// ones.
std::vector<int> MapNames(const std::string& what, const std::vector<std::string>& policy,
                          const std::vector<std::string>& robot, bool subset);

}  // namespace sinew::deploy
