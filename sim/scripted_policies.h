#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sim/task.h"
#include "spec/policy.h"

namespace sinew::sim {

/// A policy that looks at the simulation itself, as no controller of a robot could: the baseline
/// `pd`, planners. Learned policies know nothing but the observation.
class SimulationPolicy : public spec::Policy {
 public:
  /// @param simulation  what the next Act() is for.
  virtual void See(const Simulation& simulation) = 0;
};

/// Shows the simulation to a policy that looks at it; other policies are left alone.
void Show(const Simulation& simulation, spec::Policy* policy);

/// Baselines: "zero", "random" (uniform torques), "sine" (a slow sweep of every joint at 30 %
/// torque), "pd" (holds a start pose, see MakePdPolicy). @throws UserError for other names.
std::unique_ptr<spec::Policy> MakeScriptedPolicy(const std::string& name, const Task& task,
                                                 uint64_t seed);

/// Proportional-derivative control of every actuated joint towards where one start state of the
/// task has it: torque = kp (q* - q) - kd v, cut at the limits. kp spends the whole limit on an
/// error of 0.5 rad (on a slide: a quarter of its range, or 0.5 m), kd damps critically the inertia
/// that the joint feels in that pose. It reads the joints from the simulation.
std::unique_ptr<spec::Policy> MakePdPolicy(const Task& task);

}  // namespace sinew::sim
