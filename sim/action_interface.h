#pragma once

#include <string>
#include <vector>

#include "core/options.h"
#include "sim/simulation.h"
#include "spec/task_spec.h"

namespace sinew::sim {

/// What a policy's actions command, of any task: options of section "task".
struct ActionInterface {
  std::string action = "torque";  // torque, position, velocity
  std::string target = "pose";    // of a position: pose, increment
  double scale = 0;               // half of the range [rad, m; .../s]; 0: see Apply
  std::vector<double> kp, kd;     // one number, or one a joint; empty: see Apply
  std::vector<double> limit;      // of the torque, besides the model's own; empty: none

  void Describe(OptionTable& table);
  bool enabled() const { return action != "torque"; }
};

/// Makes targets of a servo law of our own out of torques: torque = clip(kp (target - position) -
/// kd velocity, limits), or clip(kd (target - velocity), limits). Elements that are the model's own
/// servos of that kind stay as they are.
///
/// Without a scale a position's target covers the joint's range (or half a turn to either side of
/// the pose, 1 m of a slide), an increment's 0.1 rad (0.05 m), a speed's 5 rad/s (1 m/s). Without
/// gains full torque answers an error of 0.5 rad (a quarter of a slide's range) or of half the
/// largest speed, critically damped, and within what the timestep bears.
/// @param pose  a simulation in the pose that targets are about.
/// @throws UserError for servos of another kind, and for lists that do not fit the joints.
void ApplyActionInterface(const ActionInterface& options, const Simulation& pose,
                          std::vector<spec::ActionElement>* action);

}  // namespace sinew::sim
