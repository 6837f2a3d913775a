#include "sim/task.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "core/error.h"
#include "sim/actuation/actuators.h"

namespace sinew::sim {

double Task::GoalDistance(const Simulation&) const {
  return std::numeric_limits<double>::quiet_NaN();
}

void Task::RestPose(Simulation& simulation) const {
  const mjModel* m = simulation.model();
  if (m->nkey > 0) std::copy_n(m->key_qpos, m->nq, simulation.data()->qpos);
}

void Task::UseActionInterface(const ActionInterface& options) {
  if (!options.enabled()) return;
  Simulation simulation = MakeSimulation();
  RestPose(simulation);
  simulation.Forward();
  ApplyActionInterface(options, simulation, &spec_.action);
}

std::vector<spec::ActionElement> Task::ActionFromModel(const mjModel* model) {
  ActuatorReport report = DescribeActuators(model);
  if (report.refused.empty()) return std::move(report.action);
  throw UserError(
      fmt::format("{} of {} actuators command what cannot be said in torques or targets "
                  "at joints; {}",
                  report.refused.size(), model->nu, fmt::join(report.refused, "; ")));
}

std::string FrameOf(const spec::ObservationElement& element, const mjModel* model) {
  if (!element.frame.empty()) return element.frame;
  for (const std::string what : {"angle_", "position_", "velocity_", "cos_", "sin_", "q_", "v_"}) {
    if (!element.name.starts_with(what)) continue;
    const std::string joint = element.name.substr(what.size());
    if (mj_name2id(model, mjOBJ_JOINT, joint.c_str()) >= 0) return "joint";
  }
  return "";
}

Simulation LoadAsset(const std::string& asset) {
  return Simulation::FromFile(AssetFolder() / asset);
}

std::filesystem::path AssetFolder() {
  if (const char* folder = std::getenv("SINEW_ASSETS")) return folder;
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  for (const char* relative : {"assets", "../share/sinew/assets"}) {
    const auto beside = program.parent_path() / relative;
    if (std::filesystem::is_directory(beside, ignored)) return beside;
  }
  return SINEW_SOURCE_ASSETS;
}

}  // namespace sinew::sim
