#pragma once

#include "sim/simulation.h"

namespace sinew::sim {

/// Brings a state that was drawn joint by joint onto the model's equality constraints (coupled
/// joints and tendons, loops that connect and weld close): a coupled joint follows the one that
/// leads it, all else goes by Gauss-Newton steps of least change, within the joints' ranges; then
/// velocities by leaving out what would part them. A state that keeps them, or a model without any,
/// is left as it is. Kinematics are as after the last Forward or newer.
void KeepCouplings(Simulation* simulation);

}  // namespace sinew::sim
