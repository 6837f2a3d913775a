#pragma once

#include <vector>

#include "sim/check/check_report.h"
#include "sim/simulation.h"

namespace sinew::sim {

/// What can be said of a model as it stands:
///   names      bodies, joints and actuators have one, since observations, contracts and messages
///              name them (free joints and other objects: a note)
///   actuators  there are some, and of each it can be said what it commands and gives; noted is a
///              control range that mostly saturates, and a range that is taken from elsewhere
///   ranges     only where a hinge's range stays within 5 degrees: were radians meant?
std::vector<CheckResult> CheckModel(const Simulation& simulation);

/// "3, 5 and 2 more"; all of them where they are few.
std::string JoinSome(const std::vector<std::string>& items);

}  // namespace sinew::sim
