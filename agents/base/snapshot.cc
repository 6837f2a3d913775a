#include "agents/base/snapshot.h"

#include <optional>
#include <utility>

namespace sinew::agents {

policy::GraphBuilder StartSnapshot(const AgentContext& context, const ObservationScaler& scaler,
                                   const RunClock& clock) {
  const models::Normalizer& normalizer = scaler.normalizer();
  spec::Contract contract = context.contract;
  contract.observation.resize(normalizer.low().size());
  for (size_t i = 0; i < normalizer.low().size(); ++i) {
    contract.observation[i].training_low = normalizer.low()[i];
    contract.observation[i].training_high = normalizer.high()[i];
  }
  contract.env_steps = clock.env_steps();
  contract.updates = clock.updates();
  contract.seed = context.seed;
  policy::GraphBuilder graph(std::move(contract));
  graph.Normalize(policy::kObservation, normalizer.mean(), normalizer.scale(), normalizer.clip());
  std::optional<policy::GraphBuilder::Scaling> differences;
  if (const models::Normalizer* steps = scaler.differences()) {
    differences = {steps->mean(), steps->scale(), steps->clip()};
  }
  graph.History(kNormalized, context.frame_dim(), context.act_dim, context.frames,
                differences ? &*differences : nullptr);
  return graph;
}

// the name that GraphBuilder::History gives
const char* PolicyInput(const AgentContext& context) {
  return context.frames > 1 ? "history" : kNormalized;
}

}  // namespace sinew::agents
