#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "models/normalizer.h"

namespace sinew::agents {

/// Scales observations for an agent's networks. Where an observation is a stack of frames with the
/// actions between them (AgentContext::frames), every frame is scaled alike, by statistics of the
/// newest ones, and actions are left as they are. With AgentContext::differences an older frame
/// becomes the step to the next newer one, scaled by statistics of its own: a velocity, which is
/// small beside the observations that it is told from.
class ObservationScaler {
 public:
  /// @param normalizer  of a single frame.
  ObservationScaler(const AgentContext& context, models::Normalizer normalizer);

  /// @param observations  [rows x obs_dim].
  void Observe(std::span<const float> observations);
  void EndWarmup();
  /// @param out  [rows x obs_dim], may be `observations` itself.
  void Apply(std::span<const float> observations, std::span<float> out) const;

  const models::Normalizer& normalizer() const { return normalizer_; }
  /// Of the steps between frames; null where older frames are shown as they are.
  const models::Normalizer* differences() const { return differences_ ? &*differences_ : nullptr; }
  void Serialize(models::Archive& archive);

 private:
  void ObserveDifferences(std::span<const float> observations);

  size_t obs_dim_, frame_dim_, frames_;
  models::Normalizer normalizer_;
  std::optional<models::Normalizer> differences_;
  std::vector<float> newest_, scaled_;
};

}  // namespace sinew::agents
