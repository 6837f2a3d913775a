#include "tasks/parts/target_path.h"

#include "core/error.h"

namespace sinew::tasks {
namespace {

using Numbers = Eigen::Vector<double, TargetPath::kSize>;

}  // namespace

TargetPath TargetPath::Load(const sim::Simulation& simulation, int offset) {
  const Eigen::Map<const Numbers> numbers(simulation.data()->userdata + offset);
  return {numbers.segment<3>(0), numbers.segment<3>(3), numbers.segment<3>(6),
          numbers.segment<3>(9)};
}

void TargetPath::Store(sim::Simulation* simulation, int offset) const {
  if (simulation->model()->nuserdata < offset + kSize)
    throw Error("the model has too little userdata for a moving target");
  Eigen::Map<Numbers>(simulation->data()->userdata + offset) << centre, amplitude, frequency, phase;
}

Eigen::Vector3d TargetPath::Position(double time) const {
  return centre.array() + amplitude.array() * (frequency * time + phase).array().sin();
}

Eigen::Vector3d TargetPath::Velocity(double time) const {
  return amplitude.array() * frequency.array() * (frequency * time + phase).array().cos();
}

}  // namespace sinew::tasks
