#pragma once

#include <memory>

#include "sim/check/task_check.h"

namespace sinew::sim {

// The checks of CheckTask that look at forces rather than at observations and rewards; the result's
// name is the caller's to fill in.
CheckResult CheckTorqueSigns(const std::shared_ptr<const Task>& task, const CheckOptions& options);
CheckResult CheckEnergy(const std::shared_ptr<const Task>& task, const CheckOptions& options);
CheckResult CheckDivergence(const std::shared_ptr<const Task>& task, const CheckOptions& options);

}  // namespace sinew::sim
