#include "agents/exploration/noisy_actor.h"

#include <algorithm>
#include <utility>

namespace sinew::agents {

NoisyActor::NoisyActor(const ExplorationOptions& options, DeterministicActor actor,
                       const LearnerOptions& network, const AgentContext& context, bool anywhere)
    : options_(options),
      actor_(std::move(actor)),
      num_envs_(context.num_envs),
      noise_(options.kind(), context.num_envs, context.act_dim, context.seed) {
  if (anywhere) anywhere_random_.emplace(context.seed, "imagined noise");
  if (!options.on_parameters()) return;
  parameter_noise_.emplace(
      actor_.network->spec(), network, actor_.head,
      ParameterNoiseOptions{.num_envs = context.num_envs,
                            .act_dim = context.act_dim,
                            .seed = context.seed,
                            .shares = NoiseShares(context.num_envs, options.noise_low)});
}

double NoisyActor::Sigma(const ExplorationMoment& moment) const {
  return moment.factor * options_.Sigma(moment.warming_up, moment.progress);
}

void NoisyActor::Act(std::span<const float> observations, const ExplorationMoment& moment,
                     std::span<float> actions) {
  if (parameter_noise_) {
    return parameter_noise_->Act(*actor_.network, observations, Sigma(moment), actions);
  }
  actor_.head(actor_.network->Forward(observations, {}, num_envs_), actions);
  noise_.AddTo(actions, Sigma(moment));
}

void NoisyActor::ActAnywhere(std::span<const float> observations, const ExplorationMoment& moment,
                             std::span<float> actions) {
  const auto rows = static_cast<int>(observations.size()) / actor_.network->spec().inputs;
  actor_.head(actor_.network->Forward(observations, {}, rows), actions);
  const double sigma = Sigma(moment);
  for (float& a : actions) {
    a = std::clamp(a + static_cast<float>(sigma * anywhere_random_->Normal()), -1.0f, 1.0f);
  }
}

void NoisyActor::EndEpisode(int env) {
  noise_.Reset(env);
  if (parameter_noise_) parameter_noise_->Reset(env);
}

Metrics NoisyActor::Gauges(const ExplorationMoment& moment) const {
  Metrics gauges{{"noise_sigma", Sigma(moment)}};
  if (parameter_noise_) gauges.emplace_back("parameter_noise", parameter_noise_->scale());
  return gauges;
}

void NoisyActor::Serialize(models::Archive& archive) {
  noise_.Serialize(archive, "noise");
  if (parameter_noise_) parameter_noise_->Serialize(archive, "parameter_noise");
  if (anywhere_random_) archive.Value("imagined_random", *anywhere_random_);
}

}  // namespace sinew::agents
