#pragma once

#include <memory>
#include <vector>

#include "agents/base/agent.h"
#include "agents/distribution/distribution.h"
#include "agents/exploration/exploration.h"
#include "core/random.h"
#include "models/network.h"

namespace sinew::agents {

/// A stochastic policy explores by its own samples, and by uniform actions before it has learned.
class SampledActor : public Exploration {
 public:
  /// @param network  puts out the distribution's parameters; outlives this.
  /// @param warmup_range  of the uniform actions, either side of 0.
  SampledActor(models::Network* network, std::unique_ptr<Distribution> distribution,
               double warmup_range, const AgentContext& context);

  void Act(std::span<const float> observations, const ExplorationMoment& moment,
           std::span<float> actions) override;
  void ActAnywhere(std::span<const float> observations, const ExplorationMoment& moment,
                   std::span<float> actions) override {
    Act(observations, moment, actions);
  }
  void EndEpisode(int) override {}
  Metrics Gauges(const ExplorationMoment&) const override { return {}; }
  void Serialize(models::Archive& archive) override;

 private:
  models::Network& network_;
  std::unique_ptr<Distribution> distribution_;
  double warmup_range_;
  Random random_;
  std::vector<float> samples_;
};

}  // namespace sinew::agents
