#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>

#include "sim/task.h"

namespace sinew::bench {

/// Control steps per second of a task's environments and of bare physics.
struct SimRates {
  double env_steps_per_s = 0;  // all threads together
  double raw_steps_per_s = 0;
};

/// Compares an Env (one thread) or a VecEnv (more) with a loop of nothing but mj_step over the same
/// model, which repeats what the environment's episodes gave to theirs: start states, random
/// controls (30 % of their range), no gravity on what is relieved of it; where an episode ends
/// early, both begin the next one (mj_resetData, state, mj_forward). Measured in turns.
SimRates MeasureSim(const std::shared_ptr<const sim::Task>& task, int threads, double seconds);

/// @param seconds  spent on each row.
/// @return  list of {task, threads, env_steps_per_s, raw_steps_per_s, per_thread, overhead}, rates
/// of all threads together; overhead = raw / env - 1.
nlohmann::ordered_json BenchSim(std::span<const std::shared_ptr<const sim::Task>> tasks,
                                double seconds);

}  // namespace sinew::bench
