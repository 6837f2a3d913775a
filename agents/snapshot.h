#pragma once

#include <cstdint>

#include "models/normalizer.h"
#include "models/policy_file.h"

namespace sinew::agents {

/// A policy file's normaliser and what its contract says about the learner; the layers are left to
/// the agent, the task to the caller.
models::PolicyArtifact StartSnapshot(const models::Normalizer& normalizer, int64_t env_steps,
                                     int64_t updates, uint64_t seed);

}  // namespace sinew::agents
