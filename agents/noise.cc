#include "agents/noise.h"

#include <algorithm>

namespace sinew::agents {

std::vector<double> NoiseShares(int num_envs, double low) {
  std::vector<double> shares(num_envs, 1.0);
  for (int env = 0; env + 1 < num_envs; ++env) {
    shares[env] = low + (1 - low) * env / (num_envs - 1);
  }
  return shares;
}

Noise::Noise(const NoiseOptions& options, int num_envs, int act_dim, uint64_t seed)
    : options_(options),
      act_dim_(act_dim),
      shares_(NoiseShares(num_envs, options.low)),
      state_(static_cast<size_t>(num_envs) * act_dim, 0.0) {
  for (int env = 0; env < num_envs; ++env) random_.emplace_back(seed, "exploration noise", env);
}

void Noise::AddTo(std::span<float> actions, double sigma) {
  for (size_t i = 0; i < actions.size(); ++i) {
    const double draw = shares_[i / act_dim_] * sigma * random_[i / act_dim_].Normal();
    if (options_.kind == NoiseKind::kGaussian) {
      state_[i] = draw;
    } else {
      state_[i] += -options_.theta * state_[i] + draw;
    }
    actions[i] = std::clamp(actions[i] + static_cast<float>(state_[i]), -1.0f, 1.0f);
  }
}

void Noise::Reset(int env) {
  std::fill_n(state_.begin() + static_cast<int64_t>(env) * act_dim_, act_dim_, 0.0);
}

void Noise::Serialize(models::Archive& archive, const std::string& name) {
  for (size_t env = 0; env < random_.size(); ++env)
    archive.Value(name + ".random" + std::to_string(env), random_[env]);
  archive.Values(name + ".state", std::span<double>(state_));
}

}  // namespace sinew::agents
