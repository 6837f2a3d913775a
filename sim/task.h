#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/options.h"
#include "core/random.h"
#include "sim/goal.h"
#include "sim/randomization.h"
#include "sim/simulation.h"

namespace sinew::sim {

/// One element of the observation vector.
struct ObservationElement {
  std::string name;  // "q_shoulder_pan"
  std::string unit;  // "rad", "m", "1"
  double magnitude =
      1;  // what counts as a large value: the normaliser of mode "task" divides by it
  std::string frame = {};  // what it is measured in: "joint", "world", "tool"; empty: see FrameOf
  std::string constant_reason{};  // why it never changes, where it does not
};

/// One actuator. The action in [-1, 1] maps linearly to [ctrl_low, ctrl_high]; torque = gear *
/// ctrl.
struct ActionElement {
  std::string joint;
  double ctrl_low = -1, ctrl_high = 1;      // MuJoCo control [actuator's own unit]
  double torque_low = -1, torque_high = 1;  // at the joint [N·m]
  bool operator==(const ActionElement&) const = default;
};

struct RewardTerm {
  std::string name;
  std::string help;
};

/// Success = the task's distance stays at or below `tolerance` during the last `hold_steps` control
/// steps.
struct SuccessCriterion {
  std::string name;      // "5cm"
  double tolerance = 0;  // [m]
  int hold_steps = 1;
};

/// A panel of the viewer that a task brings along: named numbers, filled in by Task::FillPanel.
struct TaskPanel {
  struct Row {
    std::string name, unit;
    bool plotted = false;  // over the episode, with the panel's other plotted rows
  };
  std::string title;
  std::vector<Row> rows;
};

/// What a task is, as data: everything that env, logger, viewer, docs and exporter need to know
/// about it.
struct TaskSpec {
  std::string name;
  std::string summary;
  std::string asset;  // path of the MJCF below assets/
  std::vector<ObservationElement> observation;
  std::vector<ActionElement> action;
  std::vector<RewardTerm> reward_terms;
  std::vector<SuccessCriterion> success;  // the first is the task's; empty where there is no goal
  int substeps = 1;                       // physics steps per control step
  double control_dt = 0;                  // [s]
  int time_limit = 0;                     // control steps
  bool refresh_kinematics = true;  // false: observe MuJoCo's lagging positions, as Gymnasium does
  bool gravity_compensation = false;
  RandomizationOptions randomization;  // off by default
  std::vector<TaskPanel> panels{};     // what the viewer shows of this task beyond the usual

  int obs_dim() const { return static_cast<int>(observation.size()); }
  int act_dim() const { return static_cast<int>(action.size()); }
};

/// What the physics means: start states, observation, reward, end. Stateless between steps:
/// whatever a reset draws (the target, say) lives in the simulation's qpos or mocap bodies, so that
/// saving the simulation saves it all.
class Task {
 public:
  /// @param prototype  what every simulation of this task is a copy of.
  explicit Task(Simulation prototype) : prototype_(std::move(prototype)) {}
  virtual ~Task() = default;

  const TaskSpec& spec() const { return spec_; }
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
  virtual std::shared_ptr<const GoalModel> goals() const { return nullptr; }

  /// Sets how far episodes' physics may lie from the model; before the first Env is made.
  void set_randomization(const RandomizationOptions& options) { spec_.randomization = options; }

 protected:
  /// Fills the action elements from the model's actuators.
  static std::vector<ActionElement> ActionFromModel(const mjModel* model);
  const Simulation& prototype() const { return prototype_; }
  TaskSpec spec_;

 private:
  Simulation prototype_;
};

/// The element's frame, or "joint" where it states none and is named after a joint of the model
/// ("angle_", "position_", "velocity_", "cos_", "sin_", "q_" or "v_<joint>"), or else empty.
std::string FrameOf(const ObservationElement& element, const mjModel* model);

/// The simulation of an MJCF file below assets/.
Simulation LoadAsset(const std::string& asset);

/// Folder that holds the MJCF files: $SINEW_ASSETS, or assets/ beside the program, or the source
/// tree's.
std::filesystem::path AssetFolder();

}  // namespace sinew::sim
