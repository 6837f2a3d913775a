#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace sinew::spec {

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

}  // namespace sinew::spec
