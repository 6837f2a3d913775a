#pragma once

#include "spec/contract.h"
#include "training/run/run_config.h"

namespace sinew::training {

/// Fills in what the task knows: names, units, limits, periods.
void CompleteContract(const RunConfig& config, const sim::Task& task, spec::Contract* contract);

}  // namespace sinew::training
