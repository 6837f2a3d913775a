#pragma once

#include <cstdint>

#include "models/normalizer.h"
#include "policy/policy_file.h"

namespace sinew::agents {

/// A policy file's normaliser and what its contract says about the learner; the layers are left to
/// the agent, the task to the caller.
policy::PolicyArtifact StartSnapshot(const models::Normalizer& normalizer, int64_t env_steps,
                                     int64_t updates, uint64_t seed);

}  // namespace sinew::agents
