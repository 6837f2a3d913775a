#pragma once

#include <CLI/CLI.hpp>

namespace sinew::apps {

/// What the whole program was called with.
struct Invocation {
  int argc = 0;
  const char* const* argv = nullptr;
};

// Each adds its subcommand to the program; the callback runs it and throws sinew::Error where it
// fails.
void AddAgentsCommand(CLI::App& program);
void AddBenchCommand(CLI::App& program);
void AddCheckCommand(CLI::App& program);
void AddImportCommand(CLI::App& program);
void AddEvalCommand(CLI::App& program);
void AddExportCommand(CLI::App& program);
void AddPlotCommand(CLI::App& program);
void AddRecordCommand(CLI::App& program);
void AddReplayCommand(CLI::App& program);
void AddResultsCommand(CLI::App& program);
void AddResumeCommand(CLI::App& program, const Invocation& invocation);
void AddRolloutCommand(CLI::App& program);
void AddRunControllerCommand(CLI::App& program);
void AddSweepCommand(CLI::App& program);
void AddTasksCommand(CLI::App& program);
void AddTrainCommand(CLI::App& program, const Invocation& invocation);
void AddVerifyCommand(CLI::App& program);
void AddWatchCommand(CLI::App& program);

}  // namespace sinew::apps
