#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "sim/simulation.h"
#include "spec/task_spec.h"

namespace sinew::sim {

/// A number that an episode was given: "mass.forearm", 1.08 (a factor).
struct DrawnValue {
  std::string name;
  double value = 0;
};

/// All that the rest of an episode's randomisation depends on.
struct RandomizationState {
  std::vector<double> drawn;    // in the order of Randomizer::drawn()
  std::vector<double> pending;  // controls on their way, oldest first
  std::vector<double> push;     // control steps left, body, force x, y, z [N]
  Random::State random;
};

/// Draws an episode's physics, disturbs its actions and observations and pushes its robot. Every
/// number follows from (seed, episode) by a stream of its own, so that the start state of an
/// episode is the same with and without randomisation.
class Randomizer {
 public:
  /// @param nominal  the physics that factors multiply.
  Randomizer(const spec::TaskSpec& spec, const Simulation& nominal);

  /// Draws the episode's values and writes them into the simulation's model; its data is to be
  /// reset after this.
  void BeginEpisode(uint64_t seed, uint64_t episode, Simulation* simulation);
  /// Replaces the control that the policy asks for by the one that the actuators get.
  void DisturbControl(std::span<double> ctrl);
  /// Begins, keeps up or ends a push; once a control step, before its physics.
  void Push(Simulation* simulation);
  void DisturbObservation(std::span<double> observation);

  /// What this episode was given.
  std::vector<DrawnValue> drawn() const;

  RandomizationState SaveState() const;
  /// Also writes the state's physics into the simulation's model, where it is not there yet.
  /// @throws Error if the state is of another task.
  void RestoreState(const RandomizationState& state, Simulation* simulation);

 private:
  void Apply(Simulation* simulation) const;

  spec::RandomizationOptions options_;
  std::vector<double> ctrl_low_, ctrl_high_, obs_magnitude_;
  std::vector<int> bodies_, joints_;  // those that move; those with damping
  int actuators_ = 0;
  double push_chance_ = 0;  // of a push beginning in a control step
  double push_steps_ = 1;
  std::vector<std::string> names_;
  // nominal values, as the model holds them
  std::vector<double> body_mass_, body_inertia_, dof_damping_, geom_friction_, pair_friction_,
      actuator_gear_;
  std::vector<double> drawn_, pending_, push_;
  Random random_{0};
};

}  // namespace sinew::sim
