#pragma once

#include <mujoco/mujoco.h>

#include <string>

namespace sinew::sim {

/// A hash of what a model says, in a form that does not depend on the engine that read it: names,
/// topology, masses, inertias, joints, what can touch, tendons, actuators, equalities, keyframes,
/// sensors and options, with six digits each. What is only seen is left out.
std::string ModelHash(const mjModel* m);

/// "MuJoCo 2.2.2": the library that runs, not the header.
std::string EngineName();

}  // namespace sinew::sim
