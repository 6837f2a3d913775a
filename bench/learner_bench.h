#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

namespace sinew::bench {

/// Time of one update of every agent beside that of the matrix products that it needs (see
/// algorithm_gemms.h), which run through cblas_sgemm on one thread; both measured in turns.
///
/// Rows: TD3, SAC and DDPG at batch 256 with 256x256, TD3 at 100 with 64x64, NAF at 100 with
/// 200x200, a PPO minibatch of 64 with 64x64. TD3 is measured with policy_delay 1, where every
/// update is a full one, and with 2, where time and bound are averages over two updates with one
/// actor step.
/// @param agents   rows of which agents; empty: of all.
/// @param threads  each row with so many threads; the bound is always that of one thread.
/// @param seconds  spent on each row.
/// @return  list of {agent, batch, hidden, obs, act, policy_delay, threads, ms, bound_ms, ratio},
/// policy_delay 0 where there is none.
/// @throws UserError for an unknown agent.
nlohmann::ordered_json BenchLearner(std::span<const std::string> agents,
                                    std::span<const int> threads, double seconds);

}  // namespace sinew::bench
