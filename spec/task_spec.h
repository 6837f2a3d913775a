#pragma once

#include <string>
#include <vector>

#include "spec/action.h"
#include "spec/randomization_options.h"

namespace sinew::spec {

/// One element of the observation vector.
struct ObservationElement {
  std::string name;  // "q_shoulder_pan"
  std::string unit;  // "rad", "m", "1"
  double magnitude =
      1;  // what counts as a large value: the normaliser of mode "task" divides by it
  std::string frame = {};  // what it is measured in: "joint", "world", "tool"; empty: see FrameOf
  std::string constant_reason{};  // why it never changes, where it does not
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

/// Observations and actions are told apart by their names, in contracts, exports and runtimes.
/// @throws UserError naming those that are there twice.
void CheckNames(const TaskSpec& spec);

}  // namespace sinew::spec
