#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "training/run/run_config.h"

namespace sinew::bench {

/// Makes the configuration of a run of an agent on a task, with "section.key=value" assignments.
using RunConfigFactory = std::function<std::unique_ptr<training::RunConfig>(
    const std::string& task, const std::string& agent,
    const std::vector<std::string>& assignments)>;

/// What is trained: an agent on a task with settings that say how much it learns for each step.
struct TrainCase {
  std::string agent, task;
  std::vector<std::string> assignments{};
  int64_t steps = 20'000;
};

/// TD3 at batch 256 with 256x256 and one update a step, DDPG with its defaults, PPO with 64x64 on
/// 16 environments, ten epochs of minibatches of 64.
/// @param tasks   each with each agent; empty: `reacher`, and `walker` for PPO.
/// @param agents  which of the three; empty: all.
std::vector<TrainCase> TrainCases(std::span<const std::string> tasks,
                                  std::span<const std::string> agents);

/// Environment steps per second of whole training runs, short ones in a temporary folder, beside
/// bare physics on as many threads (see MeasureSim). Evaluations and the warm-up without updates
/// are left out of the run.
/// @param threads  each case with so many threads.
/// @return  list of {agent, task, envs, threads, steps, env_steps_per_s, raw_steps_per_s}.
nlohmann::ordered_json BenchTrain(std::span<const TrainCase> cases, std::span<const int> threads,
                                  const RunConfigFactory& make_config);

}  // namespace sinew::bench
