#pragma once

#include <mujoco/mujoco.h>

#include <span>
#include <vector>

#include "sim/simulation.h"
#include "spec/task_spec.h"

namespace sinew::sim {

/// Where an action element's joints are, for its position and velocity.
class DrivenState {
 public:
  /// @throws Error if the model has no joint of a name.
  DrivenState(const spec::ActionElement& element, const mjModel* m);

  /// The sum of arm times the joints' [rad, m]; a ball's are those of its rotation vector.
  double Position(const mjData* d) const;
  double Velocity(const mjData* d) const;
  /// Adds what `torque` gives at each degree of freedom, within the limits there.
  /// @param forces  [nv].
  void AddForces(double torque, std::span<double> forces) const;

 private:
  struct Place {
    int type, qpos, dof, component;
    double arm, low, high;
  };
  std::vector<Place> places_;
};

/// Runs the servo laws that are the controller's own, at the simulation's rate, and reads what
/// every actuator gave.
class Servos {
 public:
  Servos(const spec::TaskSpec& spec, const mjModel* m);

  /// Whether an action element has a law of the controller's own.
  bool any() const { return any_; }
  /// @param command  [act_dim] in the elements' units; those without such a law are not looked at.
  void SetTargets(std::span<const double> command, const Simulation& simulation);
  /// Writes the controls that give the laws' torques in the state as it is.
  void Drive(Simulation* simulation) const;
  /// What MuJoCo applied in the last substep. @param torque  [act_dim], written.
  void ReadTorques(const Simulation& simulation, std::span<double> torque) const;

 private:
  const spec::TaskSpec& spec_;
  std::vector<DrivenState> states_;  // of the elements with a law; empty where there is none
  std::vector<double> targets_;
  bool any_ = false;
};

}  // namespace sinew::sim
