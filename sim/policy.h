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
  /// @param observation  [obs_dim], raw. @param action  [act_dim], written, in [-1, 1]. Allocates
  /// nothing.
  virtual void Act(std::span<const float> observation, std::span<float> action) = 0;
};

/// "zero", "random", "sine" (a slow sweep of every joint at 30 % torque). @throws UserError for
/// other names.
std::unique_ptr<Policy> MakeScriptedPolicy(const std::string& name, const TaskSpec& spec,
                                           uint64_t seed);

}  // namespace sinew::sim
