#pragma once

#include <memory>

#include "sim/check/task_check.h"

namespace sinew::sim {

/// The share of the targets drawn to which no pose of many comes near: nearer than a fifth of the
/// distances that the poses span. 0 for a task without a goal.
double ShareOutOfReach(const std::shared_ptr<const Task>& task, const CheckOptions& options);

}  // namespace sinew::sim
