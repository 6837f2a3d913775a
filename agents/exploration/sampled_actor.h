#pragma once

#include "agents/base/agent.h"
#include "agents/distribution/tanh_gaussian.h"
#include "agents/exploration/exploration.h"
#include "core/random.h"
#include "models/network.h"

namespace sinew::agents {

/// A stochastic policy explores by its own samples, and by uniform actions before it has learned.
class SampledActor : public Exploration {
 public:
  /// @param network  of a TanhGaussian policy, outputs [mean, x] a row; outlives this.
  /// @param warmup_range  of the uniform actions, either side of 0.
  SampledActor(models::Network* network, const LogStdRange& range, double warmup_range,
               const AgentContext& context);

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
  LogStdRange range_;
  double warmup_range_;
  int act_dim_;
  Random random_;
  SquashedSample sample_;
};

}  // namespace sinew::agents
