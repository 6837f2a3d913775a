#pragma once

#include "apps/common/command.h"

namespace sinew::apps {

// The subcommands of `sinew` itself, which need neither LibTorch nor a screen.
void AddAgentsCommand(CommandLine& program);
void AddCheckCommand(CommandLine& program);
void AddEvalCommand(CommandLine& program);
void AddImportCommand(CommandLine& program);
void AddPlotCommand(CommandLine& program);
void AddReplayCommand(CommandLine& program);
void AddRolloutCommand(CommandLine& program);
void AddRunControllerCommand(CommandLine& program);
void AddTasksCommand(CommandLine& program);

}  // namespace sinew::apps
