#pragma once

#include <vector>

#include "sim/check/check_report.h"
#include "sim/simulation.h"

namespace sinew::sim {

/// What can be said of a model as it stands:
///   names      bodies, joints, sites, tendons, actuators, sensors, cameras and keyframes have one,
///              since observations, contracts and messages name them (other objects: a note)
///   actuators  there are some, each with a finite control range
std::vector<CheckResult> CheckModel(const Simulation& simulation);

/// "3, 5 and 2 more"; all of them where they are few.
std::string JoinSome(const std::vector<std::string>& items);

}  // namespace sinew::sim
