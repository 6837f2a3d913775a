#pragma once

#include <memory>
#include <span>
#include <string>

#include "sim/task.h"

namespace sinew::sim {

/// Maps observations to actions. Networks, PD, zero, random, sine and exported artefacts are all
/// Policies, so that evaluation, recording and the viewer are written once.
class Policy {
 public:
  virtual ~Policy() = default;
  virtual std::string name() const = 0;
  /// Forgets everything from earlier steps; called at the start of every episode. `episode` seeds
  /// random policies.
  virtual void Reset(uint64_t /*episode*/) {}
  /// The simulation that the next Act() is for. Learned policies know nothing but the observation;
  /// baselines that no controller could run (`pd`) look here.
  virtual void See(const Simulation&) {}
  /// @param observation  [obs_dim], raw. @param action  [act_dim], written, in [-1, 1]. Allocates
  /// nothing.
  virtual void Act(std::span<const float> observation, std::span<float> action) = 0;
};

/// Baselines: "zero", "random" (uniform torques), "sine" (a slow sweep of every joint at 30 %
/// torque), "pd" (holds a start pose, see MakePdPolicy). @throws UserError for other names.
std::unique_ptr<Policy> MakeScriptedPolicy(const std::string& name, const Task& task,
                                           uint64_t seed);

/// Proportional-derivative control of every actuated joint towards where one start state of the
/// task has it: torque = kp (q* - q) - kd v, cut at the limits. kp spends the whole limit on an
/// error of 0.5 rad (on a slide: a quarter of its range, or 0.5 m), kd damps critically the inertia
/// that the joint feels in that pose. It reads the joints from the simulation.
std::unique_ptr<Policy> MakePdPolicy(const Task& task);

}  // namespace sinew::sim
