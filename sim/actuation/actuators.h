#pragma once

#include <mujoco/mujoco.h>

#include <string>
#include <utility>
#include <vector>

#include "spec/action.h"

namespace sinew::sim {

/// What a model's actuators command and give, or why it cannot be said.
struct ActuatorReport {
  std::vector<spec::ActionElement> action;  // [nu]; kControl for those that are refused
  std::vector<std::string> refused;  // a line each: which actuator, why, what to write instead
  std::vector<std::string> notes;    // a line each: a range that the model states elsewhere
  /// Share of the control range in which the force is not at its limit; 1 for servos.
  std::vector<double> unsaturated;  // [nu]
};

/// Reads every actuator: motors, position and velocity servos, and general actuators that are one
/// of these, on hinges, slides, balls, free joints (one sort of component) and fixed tendons. The
/// kind follows from gain and bias, whatever the MJCF calls it.
///
/// The limits of a torque are the least of control range, actuator force range and, in engines that
/// have it, the joint's force range; the action's range ends where the force does. A control range
/// that the model leaves out is taken from the force range, of a servo from the joint's.
///
/// Refused are sites, slider-cranks, adhesion, spatial tendons, muscles, activation states, gains
/// that depend on the state and what is the user's own.
ActuatorReport DescribeActuators(const mjModel* m);

/// The force range of a joint's actuators together, where the engine has one and the model sets it;
/// otherwise infinite.
std::pair<double, double> JointForceRange(const mjModel* m, int joint);

/// "the model's name, or 'joint3'" and "'actuator3'" of what has none.
std::string JointName(const mjModel* m, int joint);
std::string ActuatorName(const mjModel* m, int actuator);

}  // namespace sinew::sim
