#pragma once

#include "training/run/run_config.h"
#include "training/run/run_folder.h"

namespace sinew::training {

/// Holds the task's model against the one that the run was trained on so far. @throws UserError
/// that names the model's file, both hashes, and every field in which its newest policy's contract
/// differs.
void CheckModelOfRun(const RunConfig& config, const RunFolder& folder);

}  // namespace sinew::training
