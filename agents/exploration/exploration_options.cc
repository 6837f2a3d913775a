#include "agents/exploration/exploration_options.h"

namespace sinew::agents {

void ExplorationOptions::Describe(OptionTable& table) {
  table.Add("noise", &noise, {"gaussian", "ou", "pink", "parameter"},
            "exploration noise; ou: Ornstein-Uhlenbeck; pink: of all lengths; parameter: on the "
            "policy's parameters");
  table.Add("noise_sigma", &noise_sigma, {0, 2}, "its standard deviation, in units of the action");
  table.Add("noise_low", &noise_low, {0, 1},
            "the first of several environments explores with this share of it, the last with all");
  table.Add("noise_final", &noise_final, {0, 1}, "it falls linearly to this share at the end");
  table.Add("ou_theta", &ou_theta, {0, 1}, "pull of Ornstein-Uhlenbeck noise towards 0");
  table.Add("warmup_sigma", &warmup_sigma, {0, 2}, "exploration noise before the first update");
}

NoiseOptions ExplorationOptions::kind() const {
  const NoiseKind kind = noise == "ou"     ? NoiseKind::kOrnsteinUhlenbeck
                         : noise == "pink" ? NoiseKind::kPink
                                           : NoiseKind::kGaussian;
  return {kind, ou_theta, noise_low};
}

double ExplorationOptions::Sigma(bool warming_up, double progress) const {
  return warming_up ? warmup_sigma : noise_sigma * (1 + (noise_final - 1) * progress);
}

}  // namespace sinew::agents
