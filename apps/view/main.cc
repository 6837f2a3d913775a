// sinew-view: the subcommands of `sinew` that draw.
#include "apps/common/program.h"
#include "apps/view/commands.h"

int main(int argc, char** argv) {
  using namespace sinew::apps;
  return RunProgram("sinew-view", {argc, argv}, {AddRecordCommand, AddWatchCommand});
}
