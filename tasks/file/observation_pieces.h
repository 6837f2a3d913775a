#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/task.h"
#include "tasks/file/task_context.h"

namespace sinew::tasks {

/// A named part of an observation, as a task file lists them.
struct ObservationPiece {
  std::string name, help;
  Needs needs = Needs::kNothing;
  /// Appends its elements.
  std::function<void(const TaskContext&, const mjModel*, std::vector<spec::ObservationElement>*)>
      describe;
  /// Writes its values; returns where the next piece goes.
  std::function<double*(const TaskContext&, const sim::Simulation&, double*)> write;
};

/// The known pieces, sorted by name.
const std::vector<ObservationPiece>& ObservationPieces();

/// A piece by name, or "sensor:<name>" for any sensor of the model.
/// @throws UserError for an unknown name, offering the nearest, or if the file names too little.
ObservationPiece FindPiece(const std::string& name, const TaskContext& context,
                           const sim::Simulation& simulation);

}  // namespace sinew::tasks
