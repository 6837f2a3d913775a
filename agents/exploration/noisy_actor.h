#pragma once

#include <functional>
#include <optional>
#include <span>

#include "agents/base/agent.h"
#include "agents/base/learner.h"
#include "agents/exploration/exploration.h"
#include "agents/exploration/exploration_options.h"
#include "agents/exploration/noise.h"
#include "agents/exploration/parameter_noise.h"

namespace sinew::agents {

/// A deterministic policy as exploration needs it.
struct DeterministicActor {
  models::Network* network = nullptr;  // outlives what explores with it
  /// Actions from the network's outputs, [rows x outputs] to [rows x act_dim].
  ParameterNoise::Head head;
};

/// A deterministic policy with noise on its actions, or on its parameters.
class NoisyActor : public Exploration {
 public:
  /// @param network   what copies of the actor's network are made with.
  /// @param anywhere  whether ActAnywhere will be called.
  NoisyActor(const ExplorationOptions& options, DeterministicActor actor,
             const LearnerOptions& network, const AgentContext& context, bool anywhere = false);

  void Act(std::span<const float> observations, const ExplorationMoment& moment,
           std::span<float> actions) override;
  void ActAnywhere(std::span<const float> observations, const ExplorationMoment& moment,
                   std::span<float> actions) override;
  void EndEpisode(int env) override;
  Metrics Gauges(const ExplorationMoment& moment) const override;
  void Serialize(models::Archive& archive) override;

 private:
  double Sigma(const ExplorationMoment& moment) const;

  ExplorationOptions options_;
  DeterministicActor actor_;
  int num_envs_;
  Noise noise_;
  std::optional<ParameterNoise> parameter_noise_;
  std::optional<Random> anywhere_random_;
};

}  // namespace sinew::agents
