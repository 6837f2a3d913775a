#include "sim/task.h"

#include <fmt/format.h>

#include <cstdlib>
#include <limits>
#include <set>

#include "core/error.h"

namespace sinew::sim {

double Task::GoalDistance(const Simulation&) const {
  return std::numeric_limits<double>::quiet_NaN();
}

std::vector<spec::ActionElement> Task::ActionFromModel(const mjModel* model) {
  std::vector<spec::ActionElement> action;
  for (int i = 0; i < model->nu; ++i) {
    const char* name = mj_id2name(model, mjOBJ_ACTUATOR, i);
    if (model->actuator_trntype[i] == mjTRN_JOINT) {
      name = mj_id2name(model, mjOBJ_JOINT, model->actuator_trnid[2 * i]);
    }
    const double low = model->actuator_ctrlrange[2 * i],
                 high = model->actuator_ctrlrange[2 * i + 1];
    const double gear = model->actuator_gear[6 * i];
    action.push_back({name ? name : "", low, high, gear * low, gear * high});
  }
  return action;
}

void CheckNames(const spec::TaskSpec& spec) {
  std::set<std::string> names;
  for (const spec::ObservationElement& element : spec.observation) {
    if (names.insert(element.name).second) continue;
    throw UserError(fmt::format(
        "{}: two elements of the observation are called '{}': list the piece once, and give joints "
        "and sensors names that differ from the pieces'",
        spec.name, element.name));
  }
  std::set<std::string> joints;
  for (const spec::ActionElement& element : spec.action) {
    if (joints.insert(element.joint).second) continue;
    throw UserError(
        fmt::format("{}: two actuators drive '{}': give each joint one", spec.name, element.joint));
  }
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
