#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "sim/action_interface.h"
#include "sim/simulation.h"
#include "spec/goal.h"
#include "spec/task_spec.h"

namespace sinew::sim {

/// What the physics means: start states, observation, reward, end. Stateless between steps:
/// whatever a reset draws (the target, say) lives in the simulation's qpos or mocap bodies, so that
/// saving the simulation saves it all.
class Task {
 public:
  /// @param prototype  what every simulation of this task is a copy of.
  explicit Task(Simulation prototype) : prototype_(std::move(prototype)) {}
  virtual ~Task() = default;

  const spec::TaskSpec& spec() const { return spec_; }
  /// A simulation of this task, with its physics options set.
  Simulation MakeSimulation() const { return prototype_.Clone(); }

  /// Draws a start state into qpos, qvel and mocap. The simulation is at qpos0; Forward() follows.
  virtual void Reset(Simulation& simulation, Random& random) const = 0;
  /// The same for an environment that learns: a task with a curriculum mixes in start states that
  /// are easier. Whatever evaluates, shows or records starts from Reset.
  virtual void ResetForTraining(Simulation& simulation, Random& random) const {
    Reset(simulation, random);
  }
  /// Draws a state in which the goal is reached, from which a curriculum walks back.
  /// @return  false: the task knows of none, and the simulation is as it was.
  virtual bool ResetAtGoal(Simulation&, Random&) const { return false; }
  /// Puts what follows a path of its own (a moving target's mocap body) where it is at the
  /// simulation's time; runs after the last substep, before positions are read.
  virtual void MoveTargets(Simulation&) const {}
  /// @param observation  [obs_dim], raw physical units.
  virtual void Observe(const Simulation& simulation, std::span<double> observation) const = 0;
  /// Weighted reward terms; their sum is the reward. Gymnasium's v4 tasks take theirs from the
  /// state before the step, so BeforeStep runs with ctrl already written and Reward after the last
  /// substep.
  /// @param terms  [reward_terms], overwritten by Reward, kept from BeforeStep.
  virtual void BeforeStep(const Simulation&, std::span<double> /*terms*/) const {}
  virtual void Reward(const Simulation& simulation, std::span<double> terms) const = 0;
  /// True ends the episode for good: nothing is earned after it.
  virtual bool Terminated(const Simulation&) const { return false; }
  /// Numbers of the spec's panel `panel` as of now. @param values  [rows], zero before.
  virtual void FillPanel(const Simulation&, int /*panel*/, std::span<double> /*values*/) const {}
  /// Distance to the goal [m], for success; NaN where the task has no goal.
  virtual double GoalDistance(const Simulation& simulation) const;
  /// How the goal in the observation is exchanged; null where there is none.
  virtual std::shared_ptr<const spec::GoalModel> goals() const { return nullptr; }

  /// What of the task is hardly meant, a line each, with what to write instead; for CheckTask.
  virtual std::vector<std::string> Doubts() const { return {}; }
  /// Puts a simulation at qpos0 into the pose that targets are about: the model's first keyframe,
  /// where it has one.
  virtual void RestPose(Simulation& simulation) const;

  /// Makes targets out of the torques that actions command; before the first Env is made.
  /// @throws UserError as ApplyActionInterface.
  void UseActionInterface(const ActionInterface& options);
  /// Sets how far episodes' physics may lie from the model; before the first Env is made.
  void set_randomization(const spec::RandomizationOptions& options) {
    spec_.randomization = options;
  }

 protected:
  /// The action elements that the model's actuators make; see DescribeActuators.
  /// @throws UserError that names every actuator of which it cannot be said what it gives, with
  /// what to write instead.
  static std::vector<spec::ActionElement> ActionFromModel(const mjModel* model);
  const Simulation& prototype() const { return prototype_; }
  spec::TaskSpec spec_;

 private:
  Simulation prototype_;
};

/// The element's frame, or "joint" where it states none and is named after a joint of the model
/// ("angle_", "position_", "velocity_", "cos_", "sin_", "q_" or "v_<joint>"), or else empty.
std::string FrameOf(const spec::ObservationElement& element, const mjModel* model);

/// The simulation of an MJCF file below assets/.
Simulation LoadAsset(const std::string& asset);

/// Folder that holds the MJCF files: $SINEW_ASSETS, or assets/ beside the program, or the source
/// tree's.
std::filesystem::path AssetFolder();

}  // namespace sinew::sim
