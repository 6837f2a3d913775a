#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agents/base/agent.h"

namespace sinew::agents {

struct AgentInfo {
  std::string name;
  std::string summary;
};

/// Every registered agent, sorted by name.
std::vector<AgentInfo> AgentList();
/// @throws UserError for an unknown name, offering the nearest.
std::unique_ptr<AgentBuilder> MakeAgentBuilder(const std::string& name);

}  // namespace sinew::agents
