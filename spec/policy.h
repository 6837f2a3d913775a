#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

  /// Everything that it remembers of the episode, so that RestoreState brings it back to this step;
  /// no numbers if it remembers nothing. Nothing at all if it cannot tell: then Reset and the same
  /// observations bring it back.
  virtual std::optional<std::vector<float>> SaveState() const { return std::nullopt; }
  /// @param state  of a policy with the same parameters. @throws Error if it has another size.
  virtual void RestoreState(std::span<const float> /*state*/) {}
};

}  // namespace sinew::spec
