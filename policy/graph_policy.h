#pragma once

#include <cstdint>
#include <memory>

#include "core/random.h"
#include "policy/graph.h"
#include "spec/policy.h"

namespace sinew::policy {

/// Runs the graph on the CPU in float32, allocating nothing per step. An observation that is not
/// finite gives actions that are NaN, which Env refuses, and leaves the state as it was. @throws
/// Error as CheckGraph.
std::unique_ptr<spec::Policy> MakeArtifactPolicy(const PolicyGraph& graph);

/// The same with sampled actions: episode k draws its noise from NoiseOfEpisode(seed, k).
/// @throws UserError if the policy has no stochastic head.
std::unique_ptr<spec::Policy> MakeSamplingPolicy(const PolicyGraph& graph, uint64_t seed);

/// Where the noise of an episode comes from: act_dim normal numbers a step.
Random NoiseOfEpisode(uint64_t seed, uint64_t episode);

}  // namespace sinew::policy
