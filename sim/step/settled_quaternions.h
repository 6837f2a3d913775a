#pragma once

#include <mujoco/mujoco.h>

namespace sinew::sim {

/// Brings the quaternions of free and ball joints and of mocap bodies to unit length so that
/// MuJoCo, which does so at the beginning of every step, leaves them as they are: half a step that
/// is done early is done again after a restore, which must not turn anything.
void SettleQuaternions(const mjModel* m, mjData* d);

}  // namespace sinew::sim
