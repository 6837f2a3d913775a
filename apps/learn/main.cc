// sinew-learn: the subcommands of `sinew` that need LibTorch.
#include "apps/common/program.h"
#include "apps/learn/commands.h"
#include "models/kernels/math_runtime.h"

int main(int argc, char** argv) {
  using namespace sinew::apps;
  sinew::models::UseOneMathThread();
  return RunProgram("sinew-learn", {argc, argv},
                    {AddBenchCommand, AddExportCommand, AddResultsCommand, AddResumeCommand,
                     AddSweepCommand, AddTrainCommand, AddVerifyCommand});
}
