#pragma once

#include "agents/base/agent.h"
#include "agents/base/run_clock.h"
#include "models/normalizer.h"
#include "policy/policy_file.h"

namespace sinew::agents {

/// The agent's contract with what training adds to it, and the normaliser; the layers are left to
/// the agent.
policy::PolicyArtifact StartSnapshot(const AgentContext& context,
                                     const models::Normalizer& normalizer, const RunClock& clock);

}  // namespace sinew::agents
