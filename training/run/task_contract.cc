#include "training/run/task_contract.h"

#include <filesystem>
#include <string>

#include "core/value_text.h"
#include "core/version.h"
#include "sim/simulation.h"

namespace sinew::training {
namespace {

// The place of a model goes into files that others are given: beneath the present folder it is told
// from there on, so that it says nothing of whose machine this was and holds where the project is
// moved.
std::string PortableModel(const std::string& recorded) {
  const std::filesystem::path model = ParseText(recorded), here = std::filesystem::current_path();
  const std::filesystem::path place = model.lexically_normal().lexically_relative(here);
  if (place.empty() || *place.begin() == "..") return recorded;
  return FormatText(place.string());
}

}  // namespace

spec::Contract ContractOf(const RunConfig& config, const sim::Task& task) {
  const spec::TaskSpec& spec = task.spec();
  const sim::Simulation simulation = task.MakeSimulation();
  spec::Contract contract;
  contract.task = spec.name;
  contract.agent = config.agent_name();
  contract.model_hash = simulation.model_hash();
  contract.engine = simulation.identity().engine;
  contract.commit = Commit();
  contract.control_dt = spec.control_dt;
  contract.timestep = simulation.model()->opt.timestep;
  contract.gravity_compensation = spec.gravity_compensation;
  contract.action = spec.action;
  if (spec.randomization.enabled()) contract.latency = spec.randomization.delay * spec.control_dt;
  for (const OptionTable::Entry& entry : config.task_options().entries()) {
    contract.task_options.push_back(
        {entry.key, entry.key == "model" ? PortableModel(entry.get()) : entry.get()});
  }
  for (const OptionTable::Entry& entry : config.randomization().entries()) {
    if (spec.randomization.enabled())
      contract.task_options.push_back({"randomize." + entry.key, entry.get()});
  }
  for (const spec::ObservationElement& element : spec.observation) {
    contract.observation.push_back({.name = element.name,
                                    .unit = element.unit,
                                    .frame = sim::FrameOf(element, simulation.model())});
  }
  return contract;
}

}  // namespace sinew::training
