#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/options.h"
#include "sim/task.h"

namespace sinew::apps {

/// All that a task says of itself: observation (name, unit, frame, magnitude), action (joint, unit,
/// limits), reward terms, success, options, timing.
nlohmann::ordered_json TaskAsJson(const sim::Task& task, const OptionTable& options);

/// The same as text for a terminal.
std::string TaskAsText(const nlohmann::ordered_json& task);

/// The same as a page of the documentation; docs/tasks/reference holds one for every task.
std::string TaskAsMarkdown(const nlohmann::ordered_json& task);

}  // namespace sinew::apps
