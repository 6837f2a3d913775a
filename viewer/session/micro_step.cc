#include "viewer/session/micro_step.h"

#include <algorithm>
#include <cassert>

namespace sinew::viewer {

void MicroSteps::Compute(const Frame& from, const Frame& to) {
  const mjModel* model = simulation_.model();
  simulation_.RestoreState(to.state.simulation);
  const std::vector<mjtNum> ctrl(simulation_.data()->ctrl, simulation_.data()->ctrl + model->nu);
  simulation_.RestoreState(from.state.simulation);
  if (to.move) {
    PlaceBody(simulation_, *to.move);
    simulation_.Forward();
  }
  std::ranges::copy(ctrl, simulation_.data()->ctrl);
  const ScopedWrenches scoped(simulation_.data(), to.pushes);
  states_.clear();
  for (int i = 1; i < substeps_ && simulation_.Substep(); ++i) {
    states_.push_back(simulation_.SaveState());
  }
}

void MicroSteps::Show(int index) {
  assert(index > 0 && index < substeps_);
  index_ = std::min(index, static_cast<int>(states_.size()));
  if (index_ == 0) return;
  simulation_.RestoreState(states_[index_ - 1]);
  // what is drawn lags behind the state by one physics step
  mj_kinematics(simulation_.model(), simulation_.data());
  mj_comPos(simulation_.model(), simulation_.data());
}

}  // namespace sinew::viewer
