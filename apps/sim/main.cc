#include "apps/common/program.h"
#include "apps/sim/commands.h"

int main(int argc, char** argv) {
  using namespace sinew::apps;
  return RunProgram(
      "sinew", {argc, argv},
      {AddAgentsCommand, AddCheckCommand, AddEvalCommand, AddImportCommand, AddPlotCommand,
       AddReplayCommand, AddRolloutCommand, AddRunControllerCommand, AddTasksCommand});
}
