#pragma once

#include <memory>
#include <vector>

#include "sim/task.h"
#include "viewer/session/history.h"

namespace sinew::viewer {

/// The physics steps within one control step, computed again from its two frames, to be looked at.
/// The session itself stands on whole control steps.
class MicroSteps {
 public:
  explicit MicroSteps(const sim::Task& task)
      : simulation_(task.MakeSimulation()), substeps_(task.spec().substeps) {}

  /// Computes the states between `from` and its successor `to`.
  void Compute(const Frame& from, const Frame& to);
  void Clear() { index_ = 0; }

  /// 0 while the frame itself is shown, else 1 to substeps - 1.
  int index() const { return index_; }
  int substeps() const { return substeps_; }
  /// Shows the state after `index` physics steps, 1 to substeps - 1.
  void Show(int index);
  sim::Simulation& simulation() { return simulation_; }

 private:
  sim::Simulation simulation_;
  int substeps_, index_ = 0;
  std::vector<sim::SimulationState> states_;  // after 1, 2, ... physics steps
};

}  // namespace sinew::viewer
