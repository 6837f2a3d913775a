#pragma once

#include "robots/mjcf/compile.h"
#include "robots/mjcf/mjcf.h"

namespace sinew::robots {

/// Gives a control range to torque motors that have none and no force range: twice what gravity
/// asks of the joint at worst, and what turns its inertia with 20 rad/s^2.
void WriteDefaultEfforts(Mjcf* mjcf, const mjModel* m);

/// Whether every actuator is a plain torque motor.
bool AllMotors(const mjModel* m);

/// The share of the motors' ranges that gravity and brisk motion need, from 0.02 to 1.
double UsefulShare(const mjModel* m, const std::vector<double>& home, bool compensated);

}  // namespace sinew::robots
