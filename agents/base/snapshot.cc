#include "agents/base/snapshot.h"

namespace sinew::agents {

policy::PolicyArtifact StartSnapshot(const models::Normalizer& normalizer, int64_t env_steps,
                                     int64_t updates, uint64_t seed) {
  policy::PolicyArtifact artifact;
  artifact.obs_mean = normalizer.mean();
  artifact.obs_scale = normalizer.scale();
  artifact.obs_clip = normalizer.clip();
  for (size_t i = 0; i < normalizer.low().size(); ++i) {
    artifact.contract.observation.push_back({"", "", normalizer.low()[i], normalizer.high()[i]});
  }
  artifact.contract.env_steps = env_steps;
  artifact.contract.updates = updates;
  artifact.contract.seed = seed;
  return artifact;
}

}  // namespace sinew::agents
