#include "agents/exploration/noise.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sinew::agents {
namespace {

constexpr int kOctaves = 10;

int Processes(NoiseKind kind) { return kind == NoiseKind::kPink ? kOctaves : 1; }

/// y <- memory y + gain N has variance 1.
struct Process {
  double memory, gain;
};

std::array<Process, kOctaves> MakeOctaves() {
  std::array<Process, kOctaves> octaves;
  for (int k = 0; k < kOctaves; ++k) {
    const double memory = 1 - std::ldexp(1.0, -k);
    octaves[k] = {memory, std::sqrt(1 - memory * memory)};
  }
  return octaves;
}

// a value of each process as if it had run for ever
void DrawStationary(std::span<double> state, Random& random) {
  for (double& value : state) value = random.Normal();
}

// @return  the sum of the processes, all of variance 1, scaled to variance 1
double NextPink(std::span<double> state, Random& random) {
  static const auto octaves = MakeOctaves();
  double sum = 0;
  for (int k = 0; k < kOctaves; ++k) {
    state[k] = octaves[k].memory * state[k] + octaves[k].gain * random.Normal();
    sum += state[k];
  }
  return sum / std::sqrt(static_cast<double>(kOctaves));
}

}  // namespace

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
      state_(static_cast<size_t>(num_envs) * act_dim * Processes(options.kind), 0.0) {
  for (int env = 0; env < num_envs; ++env) {
    random_.emplace_back(seed, "exploration noise", env);
    Reset(env);
  }
}

std::span<double> Noise::State(size_t index) {
  const size_t size = Processes(options_.kind);
  return std::span(state_).subspan(index * size, size);
}

double Noise::Next(size_t index, double sigma, Random& random) {
  const auto state = State(index);
  switch (options_.kind) {
    case NoiseKind::kGaussian:
      return sigma * random.Normal();
    case NoiseKind::kOrnsteinUhlenbeck:
      return state[0] += -options_.theta * state[0] + sigma * random.Normal();
    case NoiseKind::kPink:
      return sigma * NextPink(state, random);
  }
  return 0;
}

void Noise::AddTo(std::span<float> actions, double sigma) {
  for (size_t i = 0; i < actions.size(); ++i) {
    const size_t env = i / act_dim_;
    const double noise = Next(i, shares_[env] * sigma, random_[env]);
    actions[i] = std::clamp(actions[i] + static_cast<float>(noise), -1.0f, 1.0f);
  }
}

void Noise::Reset(int env) {
  for (int i = 0; i < act_dim_; ++i) {
    const auto state = State(static_cast<size_t>(env) * act_dim_ + i);
    std::ranges::fill(state, 0.0);
    if (options_.kind == NoiseKind::kPink) DrawStationary(state, random_[env]);
  }
}

void Noise::Serialize(models::Archive& archive, const std::string& name) {
  for (size_t env = 0; env < random_.size(); ++env)
    archive.Value(name + ".random" + std::to_string(env), random_[env]);
  archive.Values(name + ".state", std::span<double>(state_));
}

}  // namespace sinew::agents
