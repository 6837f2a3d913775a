#pragma once

#include <mujoco/mujoco.h>

#include <string>
#include <utility>
#include <vector>

namespace sinew::sim {

/// A degree of freedom that an actuator drives.
struct Drive {
  int joint = 0;
  int component = 0;    // of a ball's or free joint's velocity
  bool linear = false;  // a translation
  double arm = 1;       // of the torque that the transmission gives
};

/// How an actuator's force comes to the joints: torque = scale * force, and arm * torque at each.
struct Transmission {
  std::vector<Drive> drives;
  double scale = 1;     // the gear; positive where several components share it
  bool linear = false;  // the torque is a force
  bool scalar = false;  // one hinge or slide, directly
  bool free = false;    // a free joint
  int tendon = -1;
};

/// @return  why the transmission cannot be said in torques at joints and what to write instead;
/// empty if it can.
std::string ReadTransmission(const mjModel* m, int actuator, Transmission* out);

/// The joint or tendon that an actuator acts on; of others, the actuator's own name.
std::string TransmissionName(const mjModel* m, int actuator);

/// The force range of a tendon's actuators together; infinite where the engine or the model has
/// none.
std::pair<double, double> TendonForceRange(const mjModel* m, int tendon);

/// Whether the model switches this group of actuators off.
bool GroupSwitchedOff(const mjModel* m, int group);

}  // namespace sinew::sim
