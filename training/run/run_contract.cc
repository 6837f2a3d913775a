#include "training/run/run_contract.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/version.h"
#include "policy/policy_file.h"
#include "training/run/manifest.h"

namespace sinew::training {
namespace {

// "; timestep: ..." of the newest policy that the run has written; empty where there is none
std::string FieldsThatDiffer(const spec::TaskSpec& spec, const RunFolder& folder) {
  const auto steps = folder.Policies();
  if (steps.empty()) return "";
  const auto artifact = policy::LoadPolicy(folder.policy(steps.back()));
  try {
    spec::CheckContract(artifact.contract, spec, "");
  } catch (const UserError& differences) {
    return fmt::format("; {}", differences.what());
  }
  return "";
}

}  // namespace

void CheckModelOfRun(const RunConfig& config, const RunFolder& folder) {
  const RunManifest manifest = ReadManifest(folder.manifest());
  if (manifest.task != config.task_name()) return;  // that the checkpoint will say
  const auto task = config.BuildTask();
  const std::string hash = task->MakeSimulation().model_hash();
  if (manifest.model_hash == hash) return;
  throw UserError(
      fmt::format("{} was trained on another model than {} is now (hash {}, now {}){}: put the "
                  "model back as it "
                  "was, or start a new run",
                  folder.root().string(), task->spec().asset, manifest.model_hash, hash,
                  FieldsThatDiffer(task->spec(), folder)));
}

void CompleteContract(const RunConfig& config, const sim::Task& task, spec::Contract* contract) {
  const spec::TaskSpec& spec = task.spec();
  const sim::Simulation simulation = task.MakeSimulation();
  contract->task = spec.name;
  contract->agent = config.agent_name();
  contract->model_hash = simulation.model_hash();
  contract->commit = Commit();
  contract->control_dt = spec.control_dt;
  contract->timestep = simulation.model()->opt.timestep;
  contract->gravity_compensation = spec.gravity_compensation;
  contract->action = spec.action;
  for (const OptionTable::Entry& entry : config.task_options().entries()) {
    contract->task_options.push_back({entry.key, entry.get()});
  }
  for (const OptionTable::Entry& entry : config.randomization().entries()) {
    if (spec.randomization.enabled())
      contract->task_options.push_back({"randomize." + entry.key, entry.get()});
  }
  for (size_t i = 0; i < spec.observation.size(); ++i) {
    contract->observation[i].name = spec.observation[i].name;
    contract->observation[i].unit = spec.observation[i].unit;
    contract->observation[i].frame = sim::FrameOf(spec.observation[i], simulation.model());
  }
}

}  // namespace sinew::training
