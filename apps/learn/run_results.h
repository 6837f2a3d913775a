#pragma once

#include <cstdint>
#include <string>

#include "core/thread_pool.h"
#include "training/study/results.h"

namespace sinew::apps {

/// Evaluates the last and the best policy of a finished run on fresh episodes and keeps the figures
/// with it; a run that has them, or has not finished, is left as it is.
/// @param seed  of the start states. @return  whether it was evaluated now.
bool EvaluateWhereMissing(const std::string& run, int64_t episodes, uint64_t seed,
                          ThreadPool* pool);

/// A run as tables see it. Runs are of one configuration if they have the same value of every
/// option that there is today: one that came after a run has its default there.
training::RunResult LoadResult(const std::string& run);

}  // namespace sinew::apps
