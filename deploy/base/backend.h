#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "policy/graph_policy.h"
#include "spec/policy.h"

namespace sinew::deploy {

/// Whether every command of the contract is a torque or a force.
inline bool IsTorqueOnly(const spec::Contract& contract) {
  return std::ranges::none_of(contract.action, &spec::ActionElement::is_servo);
}

/// Whether a bad observation leaves the caller's last command standing: a position's target, which
/// a drive is to hold. All others become zero.
inline bool IsHeld(const spec::ActionElement& element) {
  return element.kind == spec::ActionKind::kPosition && !element.increment;
}

/// What the commands are called in a file, by what they are; see spec::CommandWord.
inline constexpr std::array kCommandNames{"torque", "target", "command"};

/// One way of running an exported policy: compiled C, an ONNX file, a TorchScript file.
class Backend {
 public:
  virtual ~Backend() = default;

  /// To the start of an episode; nothing where the policy remembers nothing.
  virtual void Reset() {}
  /// "c -O2", "onnxruntime 1.16.3".
  virtual std::string name() const = 0;
  /// @param observation  [obs_dim], raw.
  /// @param noise        [act_dim] of a sampling export; empty: the deterministic action.
  /// @param torque       [act_dim], written: the commands, in the units of the contract's elements.
  /// @return 0 if all is well; otherwise the commands are zero, but for position targets, which are
  /// as they were before (C) or NaN, and what it remembers is as it was.
  /// @throws Error if the implementation itself fails.
  virtual int Torque(std::span<const float> observation, std::span<const float> noise,
                     std::span<float> torque) = 0;
  /// What the file itself makes of a servo's command, where it has its law.
  /// @param i  action element. @return [N·m, N].
  virtual std::optional<double> ServoTorque(int /*i*/, double /*command*/, double /*position*/,
                                            double /*velocity*/) {
    return std::nullopt;
  }
};

/// Drives a simulation with the back end's commands, mapped back to actions by the contract's
/// limits, so that the whole of the artefact is in the loop. A status other than 0 gives NaN, which
/// Env refuses.
/// @param noise_seed  of policy::NoiseOfEpisode, where actions are to be sampled.
std::unique_ptr<spec::Policy> MakeBackendPolicy(std::shared_ptr<Backend> backend,
                                                const spec::Contract& contract, bool stochastic,
                                                uint64_t noise_seed);

}  // namespace sinew::deploy
