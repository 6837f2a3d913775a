#pragma once

#include <filesystem>
#include <memory>

#include "sim/task.h"

namespace sinew::sim {

/// A bare MJCF as a task without a goal, to look at it and to check it: observes qpos and qvel,
/// earns nothing, starts at the first keyframe (or qpos0) and runs for 10 s in control steps of
/// about 20 ms.
/// @throws UserError if the MJCF does not load.
std::shared_ptr<const Task> MakeModelTask(const std::filesystem::path& mjcf);

}  // namespace sinew::sim
