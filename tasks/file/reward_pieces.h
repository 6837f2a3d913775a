#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tasks/file/task_context.h"

namespace sinew::tasks {

/// A named term of a reward, as a task file weighs them.
struct RewardPiece {
  std::string name, help;
  Needs needs = Needs::kNothing;
  /// Its value before the weight; penalties are negative.
  std::function<double(const TaskContext&, const sim::Simulation&)> value;
};

/// The known terms, in the order in which a task has them.
const std::vector<RewardPiece>& RewardPieces();

}  // namespace sinew::tasks
