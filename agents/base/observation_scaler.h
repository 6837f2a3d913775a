#pragma once

#include <span>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "models/normalizer.h"

namespace sinew::agents {

/// Scales observations for an agent's networks. Where an observation is a stack of frames with the
/// actions between them (AgentContext::frames), every frame is scaled alike, by statistics of the
/// newest ones, and actions are left as they are.
class ObservationScaler {
 public:
  /// @param normalizer  of a single frame.
  ObservationScaler(const AgentContext& context, models::Normalizer normalizer);

  /// @param observations  [rows x obs_dim].
  void Observe(std::span<const float> observations);
  void EndWarmup() { normalizer_.EndWarmup(); }
  /// @param out  [rows x obs_dim], may be `observations` itself.
  void Apply(std::span<const float> observations, std::span<float> out) const;

  const models::Normalizer& normalizer() const { return normalizer_; }
  void Serialize(models::Archive& archive) { normalizer_.Serialize(archive, "normalizer"); }

 private:
  size_t obs_dim_, frame_dim_, frames_;
  models::Normalizer normalizer_;
  std::vector<float> newest_;
};

}  // namespace sinew::agents
