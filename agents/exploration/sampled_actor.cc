#include "agents/exploration/sampled_actor.h"

#include <algorithm>

namespace sinew::agents {

SampledActor::SampledActor(models::Network* network, const LogStdRange& range, double warmup_range,
                           const AgentContext& context)
    : network_(*network),
      range_(range),
      warmup_range_(warmup_range),
      act_dim_(context.act_dim),
      random_(context.seed, "exploration noise") {}

void SampledActor::Act(std::span<const float> observations, const ExplorationMoment& moment,
                       std::span<float> actions) {
  if (moment.warming_up) {
    for (float& a : actions) a = static_cast<float>(random_.Uniform(-warmup_range_, warmup_range_));
    return;
  }
  sample_.DrawNoise(actions.size(), random_);
  const auto rows = static_cast<int>(actions.size()) / act_dim_;
  SampleSquashed(network_.Forward(observations, {}, rows), act_dim_, range_, &sample_);
  std::ranges::copy(sample_.actions, actions.begin());
}

void SampledActor::Serialize(models::Archive& archive) { archive.Value("explore_random", random_); }

}  // namespace sinew::agents
