#pragma once

#include "agents/base/agent.h"
#include "agents/base/observation_scaler.h"
#include "agents/base/run_clock.h"
#include "policy/graph_builder.h"

namespace sinew::agents {

/// Where every agent's policy begins: its contract with what training adds to it, the normalised
/// observation and, for an agent that sees its history, the operation that keeps it. What follows
/// is the agent's.
policy::GraphBuilder StartSnapshot(const AgentContext& context, const ObservationScaler& scaler,
                                   const RunClock& clock);
inline constexpr const char* kNormalized = "normalized";

/// The value that the agent's networks read: kNormalized, or the history of it.
const char* PolicyInput(const AgentContext& context);

}  // namespace sinew::agents
