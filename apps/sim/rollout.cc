#include "sim/rollout.h"

#include <fmt/format.h>

#include <memory>

#include "apps/common/output_file.h"
#include "apps/sim/commands.h"
#include "core/files.h"
#include "tasks/registry.h"

namespace sinew::apps {
namespace {

struct RolloutArguments {
  std::string task, actions, qpos, qvel, out;
  uint64_t seed = 1;
  bool force = false;
};

void Rollout(const RolloutArguments& arguments) {
  sim::Env env(tasks::MakeTask(arguments.task), arguments.seed);
  CheckOutputFile(arguments.out, arguments.force);
  const mjModel* model = env.simulation().model();
  std::vector<double> qpos, qvel;
  if (!arguments.qpos.empty()) qpos = sim::ParseStateVector(arguments.qpos, model->nq, "--qpos");
  if (!arguments.qvel.empty()) qvel = sim::ParseStateVector(arguments.qvel, model->nv, "--qvel");
  const auto controls =
      sim::ParseControls(ReadFile(arguments.actions), env.spec().act_dim(), arguments.actions);
  env.ResetToState(qpos, qvel);
  WriteFileAtomically(arguments.out, sim::Rollout(&env, controls));
  fmt::print("{} control steps of {:g} s: {}\n", env.step(), env.spec().control_dt, arguments.out);
}

}  // namespace

void AddRolloutCommand(CommandLine& program) {
  Command command = program.Add("rollout");
  auto arguments = std::make_shared<RolloutArguments>();
  command.Argument("task", &arguments->task, "task (see: sinew tasks)").Required();
  command
      .Value("--actions", &arguments->actions,
             "CSV without header: a row a control step, a column an actuator, MuJoCo's controls")
      .Required();
  command.Value("--qpos", &arguments->qpos,
                "start positions, e.g. --qpos=0.1,-0.2 (default: drawn)");
  command.Value("--qvel", &arguments->qvel, "start velocities (default: drawn)");
  command.Value("--seed", &arguments->seed, "draws what is not given").ShowDefault();
  command.Value("--out", &arguments->out, "CSV file of the trajectory").Required();
  command.Flag("--force", &arguments->force, "overwrite the output file");
  command.Action([arguments] { Rollout(*arguments); });
}

}  // namespace sinew::apps
