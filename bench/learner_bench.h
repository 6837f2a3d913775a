#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace sinew::bench {

/// What BenchLearner measures.
struct LearnerBenchOptions {
  std::vector<std::string> agents;  // rows of which agents; empty: of all
  std::vector<int> threads{1};      // each row with so many
  std::vector<std::string> devices{
      "cpu"};                 // each row on "cpu" (our own code) and "cuda" (LibTorch)
  int batch = 0, hidden = 0;  // in place of a row's own; 0: as the row has it
  double seconds = 2.5;       // spent on each row
};

/// Time of one update of every agent beside that of the matrix products that it needs (see
/// algorithm_gemms.h), which run through cblas_sgemm on one thread of the CPU; both measured in
/// turns.
///
/// Rows: TD3, SAC and DDPG at batch 256 with 256x256, TD3 at 100 with 64x64, NAF at 100 with
/// 200x200, a PPO minibatch of 64 with 64x64. TD3 is measured with policy_delay 1, where every
/// update is a full one, and with 2, where time and bound are averages over two updates with one
/// actor step. Rows that a batch and a width of one's own make equal are measured once.
/// @return  list of {agent, batch, hidden, obs, act, policy_delay, threads, device, ms, bound_ms,
/// ratio}, policy_delay 0 where there is none.
/// @throws UserError for an unknown agent or a device that is not there.
nlohmann::ordered_json BenchLearner(const LearnerBenchOptions& options);

}  // namespace sinew::bench
