#include "agents/base/snapshot.h"

#include <utility>

namespace sinew::agents {

policy::GraphBuilder StartSnapshot(const AgentContext& context,
                                   const models::Normalizer& normalizer, const RunClock& clock) {
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
  return graph;
}

}  // namespace sinew::agents
