#include "agents/exploration/sampled_actor.h"

#include <utility>

namespace sinew::agents {

SampledActor::SampledActor(models::Network* network, std::unique_ptr<Distribution> distribution,
                           double warmup_range, const AgentContext& context)
    : network_(*network),
      distribution_(std::move(distribution)),
      warmup_range_(warmup_range),
      random_(context.seed, "exploration noise") {}

void SampledActor::Act(std::span<const float> observations, const ExplorationMoment& moment,
                       std::span<float> actions) {
  if (moment.warming_up) {
    for (float& a : actions) a = static_cast<float>(random_.Uniform(-warmup_range_, warmup_range_));
    return;
  }
  const auto rows = static_cast<int>(observations.size()) / network_.spec().inputs;
  samples_.resize(static_cast<size_t>(rows) * distribution_->sample_width());
  distribution_->Sample({network_.Forward(observations, {}, rows), {}}, random_, samples_);
  distribution_->ToActions(samples_, actions);
}

void SampledActor::Serialize(models::Archive& archive) { archive.Value("explore_random", random_); }

}  // namespace sinew::agents
