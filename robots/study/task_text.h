#pragma once

#include <optional>
#include <string>

#include "robots/study/rest.h"
#include "robots/study/workspace.h"

namespace sinew::robots {

/// What a task file says of an imported robot.
struct TaskDraft {
  std::string robot{};  // its name
  std::string goal{};   // "reach" or "stand"
  std::string site{}, root{};
  std::string gravity_compensation{};
  std::string keyframe{};
  double control_period = 0.02;  // [s]
  double torque_scale = 1;
  std::optional<Box> target{};
  double height = 1;  // of the root at the start [m]
};

/// The nearest to 20 ms that is a whole number of timesteps [s].
double ControlPeriod(double timestep);

/// The text of a task.toml beside model.xml.
std::string WriteTask(const TaskDraft& draft);

}  // namespace sinew::robots
