#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agents/base/agent.h"
#include "policy/policy_file.h"
#include "sim/vec_env.h"
#include "training/evaluation/evaluation.h"
#include "training/run/manifest.h"
#include "training/run/progress.h"
#include "training/run/run_config.h"
#include "training/run/run_folder.h"

namespace sinew::training {

/// What a finished, or interrupted, training run amounts to.
struct TrainSummary {
  bool interrupted = false;
  int64_t env_steps = 0, updates = 0, diverged = 0;
  double wall_seconds = 0;  // all parts of a resumed run together, evaluations included
  Evaluation evaluation;    // of the final policy; empty if interrupted
  double best_mean = 0;     // of the evaluations on the way
};

struct TrainHooks {
  /// Asked between rounds; true saves a checkpoint and returns.
  std::function<bool()> stop_requested = [] { return false; };
  bool quiet = false;
  std::string command_line;
  std::map<std::string, std::string> libraries;
  std::string blas;
};

/// Trains into a fresh run folder; see DESIGN of the folder in docs/ARCHITECTURE.md.
/// @throws UserError for options that contradict each other; Error if the learner or a reward is no
/// longer finite (the last checkpoint stays).
TrainSummary Train(const RunConfig& config, const RunFolder& folder, const TrainHooks& hooks);

/// Goes on from the newest sound checkpoint of the folder, with the same bits as if the run had
/// never stopped. A damaged checkpoint is named on stderr and the one before it taken.
TrainSummary Resume(const RunConfig& config, const RunFolder& folder, const TrainHooks& hooks);

/// Fills in what the task knows: names, units, limits, periods.
void CompleteContract(const RunConfig& config, const sim::Task& task, spec::Contract* contract);

}  // namespace sinew::training
