#include "agents/exploration/parameter_noise.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {
namespace {

constexpr double kAdaptation = 1.01;
// saturated actions do not move, however far the parameters go
constexpr double kLargestScale = 10;
// the first scale: so many corrections, each by no more than this factor
constexpr int kSearchSteps = 12;
constexpr double kSearchFactor = 4;

}  // namespace

ParameterNoise::ParameterNoise(const models::NetworkSpec& spec, const LearnerOptions& network,
                               Head head, const ParameterNoiseOptions& options)
    : spec_(spec),
      head_(std::move(head)),
      options_(options),
      perturbed_yet_(options.num_envs, 0),
      recent_(static_cast<size_t>(kRecent) * spec.inputs) {
  options_.shares.resize(options.num_envs, 1.0);
  for (int env = 0; env < options.num_envs; ++env) {
    perturbed_.push_back(MakeNetwork(spec, network));
    random_.emplace_back(options.seed, "parameter noise", env);
  }
}

void ParameterNoise::Act(models::Network& online, std::span<const float> observations, double sigma,
                         std::span<float> actions) {
  Remember(observations);
  const size_t inputs = spec_.inputs, act_dim = options_.act_dim;
  for (int env = 0; env < options_.num_envs; ++env) {
    if (!perturbed_yet_[env]) Perturb(env, online, sigma);
    head_(perturbed_[env]->Forward(observations.subspan(env * inputs, inputs), {}, 1),
          actions.subspan(env * act_dim, act_dim));
  }
}

void ParameterNoise::Remember(std::span<const float> observations) {
  for (int env = 0; env < options_.num_envs; ++env) {
    std::copy_n(observations.begin() + static_cast<int64_t>(env) * spec_.inputs, spec_.inputs,
                recent_.begin() + recent_next_ * spec_.inputs);
    recent_next_ = (recent_next_ + 1) % kRecent;
    recent_rows_ = std::min<int64_t>(recent_rows_ + 1, kRecent);
  }
}

void ParameterNoise::Perturb(int env, models::Network& online, double sigma) {
  perturbed_yet_[env] = 1;
  models::Network* perturbed = perturbed_[env].get();
  direction_.resize(spec_.parameter_count());
  for (float& x : direction_) x = static_cast<float>(random_[env].Normal());
  const double target = sigma * options_.shares[env];
  if (target == 0) {
    std::ranges::copy(online.parameters().values(), perturbed->parameters().values().begin());
    return;
  }
  if (scale_ == 0) {
    scale_ = sigma;
    for (int i = 0; i < kSearchSteps; ++i) {
      Apply(env, online);
      const double ratio = target / std::max(Distance(online, *perturbed), 1e-12);
      scale_ *= std::clamp(ratio, 1 / kSearchFactor, kSearchFactor);
    }
  }
  Apply(env, online);
  const bool short_of_it = Distance(online, *perturbed) < target;
  scale_ = std::min(kLargestScale, scale_ * (short_of_it ? kAdaptation : 1 / kAdaptation));
}

void ParameterNoise::Apply(int env, const models::Network& online) {
  const auto from = online.parameters().values();
  const auto to = perturbed_[env]->parameters().values();
  for (int layer = 0; layer < spec_.layers(); ++layer) {
    const int inputs = spec_.layer_inputs(layer);
    const auto factor = static_cast<float>(scale_ * options_.shares[env] / std::sqrt(inputs));
    const int64_t first = spec_.weight_offset(layer);
    const int64_t end = spec_.bias_offset(layer) + spec_.layer_outputs(layer);
    for (int64_t i = first; i < end; ++i) to[i] = from[i] + factor * direction_[i];
  }
}

double ParameterNoise::Distance(models::Network& online, models::Network& perturbed) {
  const auto rows = static_cast<int>(recent_rows_);
  const std::span<const float> states(recent_.data(), static_cast<size_t>(rows) * spec_.inputs);
  actions_.resize(static_cast<size_t>(rows) * options_.act_dim);
  perturbed_actions_.resize(actions_.size());
  head_(online.Forward(states, {}, rows), actions_);
  head_(perturbed.Forward(states, {}, rows), perturbed_actions_);
  double square = 0;
  for (size_t i = 0; i < actions_.size(); ++i) {
    square += std::pow(static_cast<double>(actions_[i]) - perturbed_actions_[i], 2);
  }
  return std::sqrt(square / static_cast<double>(actions_.size()));
}

void ParameterNoise::Serialize(models::Archive& archive, const std::string& name) {
  for (size_t env = 0; env < perturbed_.size(); ++env) {
    archive.Values(name + ".perturbed" + std::to_string(env),
                   perturbed_[env]->parameters().values());
    archive.Value(name + ".random" + std::to_string(env), random_[env]);
  }
  archive.Values(name + ".perturbed_yet", std::span<int64_t>(perturbed_yet_));
  archive.Value(name + ".scale", scale_);
  archive.Values(name + ".recent", std::span<float>(recent_));
  archive.Value(name + ".recent_rows", recent_rows_);
  archive.Value(name + ".recent_next", recent_next_);
}

}  // namespace sinew::agents
