#pragma once

#include <memory>
#include <span>
#include <string>

#include "policy/graph_policy.h"
#include "spec/policy.h"

namespace sinew::deploy {

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
  /// @param torque       [act_dim], written [N·m].
  /// @return 0 if all is well; otherwise the torques are zero, and what it remembers is as it was.
  /// @throws Error if the implementation itself fails.
  virtual int Torque(std::span<const float> observation, std::span<const float> noise,
                     std::span<float> torque) = 0;
};

/// Drives a simulation with the back end's torques, mapped back to actions by the contract's
/// limits, so that the whole of the artefact is in the loop. A status other than 0 gives NaN, which
/// Env refuses.
/// @param noise_seed  of policy::NoiseOfEpisode, where actions are to be sampled.
std::unique_ptr<spec::Policy> MakeBackendPolicy(std::shared_ptr<Backend> backend,
                                                const spec::Contract& contract, bool stochastic,
                                                uint64_t noise_seed);

}  // namespace sinew::deploy
