#pragma once

#include "training/evaluation/evaluation.h"
#include "training/run/manifest.h"
#include "training/run/run_config.h"
#include "training/run/run_folder.h"
#include "training/train_hooks.h"
#include "training/train_summary.h"

namespace sinew::training {

/// Trains into a fresh run folder; see DESIGN of the folder in docs/ARCHITECTURE.md.
/// @throws UserError for options that contradict each other; Error if the learner or a reward is no
/// longer finite, if all of the first episodes diverge, or if MuJoCo leaves something out of the
/// physics and the run is not told to ignore it (the last checkpoint stays).
TrainSummary Train(const RunConfig& config, const RunFolder& folder, const TrainHooks& hooks);

/// Goes on from the newest sound checkpoint of the folder, with the same bits as if the run had
/// never stopped. A damaged checkpoint is named on stderr and the one before it taken.
/// @throws UserError as CheckModelOfRun; nothing is written then.
TrainSummary Resume(const RunConfig& config, const RunFolder& folder, const TrainHooks& hooks);

}  // namespace sinew::training
