#pragma once

#include <memory>

#include "sim/check/task_check.h"

namespace sinew::sim {

// The checks of CheckTask that live through episodes twice: whatever came before them, and from a
// saved state on. The result's name is the caller's to fill in.
CheckResult CheckReset(const std::shared_ptr<const Task>& task, const CheckOptions& options);
CheckResult CheckRestore(const std::shared_ptr<const Task>& task, const CheckOptions& options);

}  // namespace sinew::sim
