#pragma once

#include <memory>
#include <string>

#include "agents/agent_list.h"
#include "agents/base/agent.h"

namespace sinew::agents {

/// @throws UserError for a name that AgentList() does not have, offering the nearest.
std::unique_ptr<AgentBuilder> MakeAgentBuilder(const std::string& name);

}  // namespace sinew::agents
