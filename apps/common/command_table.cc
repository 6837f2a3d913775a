#include "apps/common/command_table.h"

#include <algorithm>

namespace sinew::apps {
namespace {

constexpr std::string_view kSim = "sinew", kView = "sinew-view", kLearn = "sinew-learn";

constexpr CommandEntry kTable[] = {
    {"Learn", "train", "train an agent on a task into a run folder", kLearn},
    {"Learn", "resume", "go on with a run exactly where it stopped", kLearn},
    {"Learn", "eval", "evaluate a policy on fresh episodes", kSim},
    {"Learn", "plot", "draw learning curves with their 95 % confidence", kSim},
    {"Learn", "results", "a table of runs over seeds, as Markdown", kLearn},
    {"Learn", "sweep", "train over seeds, agents and settings", kLearn},

    {"Look", "watch", "open the viewer on a policy, a run or a task", kView},
    {"Look", "record", "film a policy without a display", kView},
    {"Look", "replay",
     "live through an episode that the viewer saved, and say whether every bit is the same", kSim},
    {"Look", "rollout", "replay controls open-loop into a CSV file", kSim},

    {"Deploy", "export", "turn a policy into files for a controller", kLearn},
    {"Deploy", "verify", "hold exported files against their policy", kLearn},
    {"Deploy", "run-controller", "drive a simulated robot in another process from a real-time loop",
     kSim},

    {"Know", "tasks", "list the tasks, or tell all about one", kSim},
    {"Know", "agents", "list the agents", kSim},
    {"Know", "import", "make a model and a task of a robot's URDF, or of an MJCF of any MuJoCo",
     kSim},
    {"Know", "bench", "measure speed on this machine", kLearn},
    {"Know", "check", "see whether a task or a model is sound", kSim},
};

}  // namespace

std::span<const CommandEntry> CommandTable() { return kTable; }

const CommandEntry* FindCommand(std::string_view name) {
  const auto* found = std::ranges::find(kTable, name, &CommandEntry::name);
  return found == std::end(kTable) ? nullptr : found;
}

}  // namespace sinew::apps
