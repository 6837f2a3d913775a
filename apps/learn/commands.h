#pragma once

#include "apps/common/command.h"

namespace sinew::apps {

// The subcommands that learn, export or look at every setting of a run: they need LibTorch.
void AddBenchCommand(CommandLine& program);
void AddExportCommand(CommandLine& program);
void AddResultsCommand(CommandLine& program);
void AddResumeCommand(CommandLine& program);
void AddSweepCommand(CommandLine& program);
void AddTrainCommand(CommandLine& program);
void AddVerifyCommand(CommandLine& program);

}  // namespace sinew::apps
