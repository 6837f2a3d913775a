#include "training/run/run_contract.h"

#include "core/version.h"

namespace sinew::training {

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
