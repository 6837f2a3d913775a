#include "sim/rollout.h"

#include <fmt/format.h>

#include <memory>

#include "apps/common/command.h"
#include "apps/common/output_file.h"
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

void AddRolloutCommand(CLI::App& program) {
  auto* command = program.add_subcommand("rollout", "replay controls open-loop into a CSV file");
  auto arguments = std::make_shared<RolloutArguments>();
  command->add_option("task", arguments->task, "task (see: sinew tasks)")->required();
  command
      ->add_option(
          "--actions", arguments->actions,
          "CSV without header: a row a control step, a column an actuator, MuJoCo's controls")
      ->required();
  command->add_option("--qpos", arguments->qpos,
                      "start positions, e.g. --qpos=0.1,-0.2 (default: drawn)");
  command->add_option("--qvel", arguments->qvel, "start velocities (default: drawn)");
  command->add_option("--seed", arguments->seed, "draws what is not given")->capture_default_str();
  command->add_option("--out", arguments->out, "CSV file of the trajectory")->required();
  command->add_flag("--force", arguments->force, "overwrite the output file");
  command->callback([arguments] { Rollout(*arguments); });
}

}  // namespace sinew::apps
