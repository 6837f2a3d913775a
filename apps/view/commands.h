#pragma once

#include "apps/common/command.h"

namespace sinew::apps {

// The subcommands that need the renderer, the window or video.
void AddRecordCommand(CommandLine& program);
void AddWatchCommand(CommandLine& program);

}  // namespace sinew::apps
