#pragma once

#include "agents/base/agent.h"
#include "agents/base/run_clock.h"
#include "models/normalizer.h"
#include "policy/graph_builder.h"

namespace sinew::agents {

/// Where every agent's policy begins: its contract with what training adds to it, and the
/// normalised observation, kNormalized. What follows is the agent's.
policy::GraphBuilder StartSnapshot(const AgentContext& context,
                                   const models::Normalizer& normalizer, const RunClock& clock);
inline constexpr const char* kNormalized = "normalized";

}  // namespace sinew::agents
