#pragma once

#include "sim/task.h"
#include "spec/contract.h"
#include "training/run/run_config.h"

namespace sinew::training {

/// What a policy trained by this configuration will say of its task and its making: names, units,
/// frames, limits, periods, options, hash of the model. What was learned is left to the agent.
spec::Contract ContractOf(const RunConfig& config, const sim::Task& task);

}  // namespace sinew::training
