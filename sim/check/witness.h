#pragma once

#include <mujoco/mujoco.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "sim/task.h"

namespace sinew::sim {

struct WitnessOptions {
  uint64_t seed = 1;
  int samples = 60;         // states and commands tried
  double tolerance = 1e-6;  // of the largest force at a degree of freedom
};

/// What the engine said of a contract's claims.
struct WitnessReport {
  int64_t compared = 0;  // forces held against their claim
  double worst = 0;      // largest difference, of the largest force
  std::string fault;     // the first claim that is not true; empty if all are
};

/// Holds what action elements claim to give against what the engine applies: the forces at every
/// degree of freedom (qfrc_actuator) after a plain mj_step, at both ends of each command's range,
/// in its middle and in between, over random states, and at the limits of servos.
/// @param m  as the engine loads it from the user's own file, nothing added.
/// @param claims  one an actuator of the model; those of an older contract act on their joint.
WitnessReport AskEngine(const mjModel* m, std::span<const spec::ActionElement> claims,
                        const WitnessOptions& options = {});

/// The same against a task's own file: see FreshModel.
WitnessReport CheckClaims(const Task& task, std::span<const spec::ActionElement> claims,
                          uint64_t seed);

/// Holds the claims against the engine where a policy goes: a state and commands at a time.
class StepWitness {
 public:
  /// @param m  as for AskEngine; copied.
  StepWitness(const mjModel* m, std::span<const spec::ActionElement> claims);
  ~StepWitness();

  /// Gives the commands' controls to the engine in this state and takes one plain mj_step.
  /// @param simulation  whose positions and velocities are taken; left as it is.
  /// @param commands  [claims] in their units, an increment's beyond the present position.
  /// @return the first claim that is not true; empty if all are, or if the engine refuses the
  /// state.
  std::string Hold(const Simulation& simulation, std::span<const double> commands);
  int64_t compared() const;  // forces so far

 private:
  std::unique_ptr<class Witness> witness_;
};

/// The model of a task's file as mj_loadXML gives it; that of a task without a file as it was
/// compiled. @throws UserError if the file does not load.
std::unique_ptr<mjModel, void (*)(mjModel*)> FreshModel(const Task& task);

}  // namespace sinew::sim
