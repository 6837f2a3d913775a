#include "agents/exploration/exploration_options.h"

#include "agents/base/common_options.h"

namespace sinew::agents {

void ExplorationOptions::Describe(OptionTable& table) {
  table.Add("noise", &noise, {"gaussian", "ou", "pink", "parameter"},
            "exploration noise; ou: Ornstein-Uhlenbeck; pink: of all lengths; parameter: on the "
            "policy's parameters");
  table.Add("noise_sigma", &noise_sigma, {0, 2}, "its standard deviation, in units of the action");
  table.Add("noise_schedule", &noise_schedule, {0, 1},
            "what it is multiplied by, at the run's start and at its end");
  table.Replaced("noise_final", "noise_schedule", FactorUntilTheEnd);
  table.Add("ou_theta", &ou_theta, {0, 1}, "pull of Ornstein-Uhlenbeck noise towards 0");
  table.Add("warmup_sigma", &warmup_sigma, {0, 2}, "exploration noise before the first update");
  table.BeginGroup(kRarelyUsed);
  table.Add("noise_low", &noise_low, {0, 1},
            "the first of several environments explores with this share of the noise, the last "
            "with all: careful and bold side by side");
  table.BeginGroup("");
}

NoiseOptions ExplorationOptions::kind() const {
  const NoiseKind kind = noise == "ou"     ? NoiseKind::kOrnsteinUhlenbeck
                         : noise == "pink" ? NoiseKind::kPink
                                           : NoiseKind::kGaussian;
  return {kind, ou_theta, noise_low};
}

double ExplorationOptions::Sigma(bool warming_up, double progress) const {
  return warming_up ? warmup_sigma : noise_sigma * noise_schedule.At(progress);
}

}  // namespace sinew::agents
