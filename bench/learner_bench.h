#pragma once

#include <nlohmann/json.hpp>

namespace sinew::bench {

/// Time of one DDPG update beside that of the matrix products it needs (see DdpgGemms), on one
/// thread and measured in turns, for a few sizes of batch and networks.
///
/// The update is Algorithm 1 of Lillicrap et al. 2015 on synthetic transitions: sampling, targets,
/// critic, actor, both optimisers, Polyak averages; no n-step returns and no target noise.
/// @param seconds  spent on each size.
/// @return  list of {agent, batch, hidden, obs, act, threads, ms, bound_ms, ratio}.
nlohmann::ordered_json BenchLearner(double seconds);

}  // namespace sinew::bench
