#pragma once

#include <string>
#include <vector>

namespace sinew::agents {

struct AgentInfo {
  std::string name;
  std::string summary;
};

/// Every agent, sorted by name. A library of its own, for programs that make none.
const std::vector<AgentInfo>& AgentList();

}  // namespace sinew::agents
