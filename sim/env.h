#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/randomization.h"
#include "sim/servos.h"
#include "sim/start_states.h"
#include "sim/task.h"
#include "spec/step_result.h"

namespace sinew::sim {

/// All that an Env's future depends on; opaque bytes apart from the simulation's state.
struct EnvState {
  SimulationState simulation;
  Random::State random;
  uint64_t episode = 0;
  uint64_t start = 0;
  int64_t step = 0;
  double episode_return = 0;
  std::vector<int64_t> hold;  // control steps spent within each success criterion
  std::vector<double> observation;
  RandomizationState randomization;  // empty where it is off
};

/// Which start states an Env draws: the task's own, or those of its curriculum
/// (Task::ResetForTraining).
enum class Starts { kTask, kTraining };

/// One simulation, one task, one seed: episodes of control steps.
class Env {
 public:
  /// @param seed  every start state follows from it: episode k of an Env draws from Random(seed,
  /// "episode", k).
  Env(std::shared_ptr<const Task> task, uint64_t seed, Starts starts = Starts::kTask);

  const spec::TaskSpec& spec() const { return task_->spec(); }
  const Task& task() const { return *task_; }
  Simulation& simulation() { return simulation_; }
  const Simulation& simulation() const { return simulation_; }

  /// Starts the next episode of this Env's own sequence.
  void Reset();
  /// Starts episode `episode` of the sequence, whatever came before: the same start state each
  /// time.
  void ResetToEpisode(uint64_t episode);
  /// Starts the present episode anew from a given state [nq], [nv] (empty: as its reset drew it).
  /// @throws UserError on wrong sizes.
  void ResetToState(std::span<const double> qpos, std::span<const double> qvel);
  /// The same from a saved state of a simulation of this task. @throws Error if it is of another.
  void ResetToSaved(const SimulationState& start);
  /// Episodes to come may start from these as well, which stay the caller's; null: no longer.
  void UseStarts(const StartStates* starts) { extra_starts_ = starts; }
  /// Episodes are truncated after `steps` control steps where the task's own limit does not come
  /// first; 0: by the task alone.
  void CutEpisodes(int64_t steps);

  /// @param action  [act_dim], clipped to [-1, 1] and mapped to the actuators' range.
  /// @throws Error if an action, a reward term or an observation is not finite, naming it with step
  /// and episode.
  spec::StepResult Step(std::span<const float> action);
  /// The same with MuJoCo controls in the actuators' own unit, clipped to their range; a servo law
  /// that is the controller's own does not run.
  spec::StepResult StepControl(std::span<const double> ctrl);

  /// Takes up what was written to the simulation's qpos, qvel or mocap bodies from outside: derived
  /// quantities and observation follow it. @throws Error if the observation is not finite.
  void Refresh();

  /// Runs before every physics step from now on, with the controls that it may change: a robot
  /// whose commands arrive within a control period. @param substep  of the control step, from 0.
  using SubstepHook = std::function<void(int substep, std::span<double> ctrl)>;
  void SetSubstepHook(SubstepHook hook) { before_substep_ = std::move(hook); }

  /// [obs_dim], of the current state; after a divergence the last good one.
  std::span<const double> observation() const { return observation_; }
  /// [reward_terms] of the last step.
  std::span<const double> reward_terms() const { return reward_terms_; }
  /// What the last step commanded [act_dim], in the unit of each action element.
  std::span<const double> command() const { return command_; }
  /// What came of it [act_dim]: what MuJoCo applied in the last substep, at the joints [N·m, N].
  std::span<const double> torque() const { return torque_; }
  double goal_distance() const { return task_->GoalDistance(simulation_); }
  /// Whether criterion k of the spec holds as of now (distance within tolerance for its last
  /// hold_steps).
  bool success(int criterion = 0) const;
  int64_t step() const { return step_; }
  uint64_t episode() const { return episode_; }
  /// The one of UseStarts that the episode started from; 0: the task drew its start.
  uint64_t start() const { return start_; }
  double episode_return() const { return episode_return_; }

  /// What the present episode's randomisation drew; empty where it is off. ResetToEpisode draws the
  /// same again.
  std::vector<DrawnValue> drawn_physics() const;

  EnvState SaveState() const;
  void RestoreState(const EnvState& state);

 private:
  const StartStates::Start* DrawStart();
  void BeginEpisode();
  std::span<double> control();
  void Command();
  bool Substeps();
  spec::StepResult Advance();
  void Observe();
  [[noreturn]] void ThrowBadReward() const;

  std::shared_ptr<const Task> task_;
  uint64_t seed_;
  Starts starts_;
  const StartStates* extra_starts_ = nullptr;
  Simulation simulation_;
  std::unique_ptr<Randomizer> randomizer_;  // null where it is off
  Random random_;
  uint64_t next_episode_ = 0;
  uint64_t episode_ = 0;
  uint64_t start_ = 0;
  int64_t step_ = 0, time_limit_;
  double episode_return_ = 0;
  std::vector<int64_t> hold_;
  Servos servos_;
  bool servos_run_ = false;  // in the present step
  std::vector<double> observation_, reward_terms_;
  std::vector<double> input_;  // controls, or targets of a law that is the controller's own
  std::vector<double> command_, torque_;
  SubstepHook before_substep_;
};

}  // namespace sinew::sim
