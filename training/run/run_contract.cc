#include "training/run/run_contract.h"

#include <fmt/format.h>

#include "core/error.h"
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
    spec::CheckContract(artifact.contract, spec, nullptr);
  } catch (const UserError& differences) {
    return fmt::format("; {}", differences.what());
  }
  return "";
}

}  // namespace

void CheckModelOfRun(const RunConfig& config, const RunFolder& folder) {
  if (!std::filesystem::exists(folder.manifest())) return;  // that no checkpoint is sound will say
  const RunManifest manifest = ReadManifest(folder.manifest());
  if (manifest.task != config.task_name()) return;  // that the checkpoint will say
  const auto task = config.BuildTask();
  const std::string hash = task->MakeSimulation().model_hash();
  if (manifest.model_hash == hash) return;
  throw UserError(fmt::format(
      "{} was trained on another model than {} is now (hash {}, now {}){}: put the model back, or "
      "start a new run",
      folder.root().string(), task->spec().asset, manifest.model_hash, hash,
      FieldsThatDiffer(task->spec(), folder)));
}

}  // namespace sinew::training
