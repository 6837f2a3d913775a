#include "agents/base/snapshot.h"

namespace sinew::agents {

policy::PolicyArtifact StartSnapshot(const AgentContext& context,
                                     const models::Normalizer& normalizer, const RunClock& clock) {
  policy::PolicyArtifact artifact;
  artifact.obs_mean = normalizer.mean();
  artifact.obs_scale = normalizer.scale();
  artifact.obs_clip = normalizer.clip();
  artifact.contract = context.contract;
  artifact.contract.observation.resize(normalizer.low().size());
  for (size_t i = 0; i < normalizer.low().size(); ++i) {
    artifact.contract.observation[i].training_low = normalizer.low()[i];
    artifact.contract.observation[i].training_high = normalizer.high()[i];
  }
  artifact.contract.env_steps = clock.env_steps();
  artifact.contract.updates = clock.updates();
  artifact.contract.seed = context.seed;
  return artifact;
}

}  // namespace sinew::agents
