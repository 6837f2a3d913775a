#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "training/run_config.h"

namespace sinew::bench {

/// Makes the configuration of a run of a task, with "section.key=value" assignments.
using RunConfigFactory = std::function<std::unique_ptr<training::RunConfig>(
    const std::string& task, const std::vector<std::string>& assignments)>;

/// Environment steps per second of whole training runs, short ones in a temporary folder, beside
/// bare physics on as many threads (see MeasureSim). Evaluations and the warm-up without updates
/// are left out of the run.
/// @return  list of {agent, task, envs, threads, env_steps_per_s, raw_steps_per_s}.
nlohmann::ordered_json BenchTrain(std::span<const std::string> tasks,
                                  const RunConfigFactory& make_config, int64_t steps);

}  // namespace sinew::bench
