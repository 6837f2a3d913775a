#pragma once

#include <string>

#include "agents/exploration/noise.h"
#include "core/options.h"
#include "core/schedule.h"

namespace sinew::agents {

/// How a deterministic policy explores over a run; part of section "agent".
struct ExplorationOptions {
  std::string noise = "gaussian";
  double noise_sigma = 0.2;
  Schedule noise_schedule{1, 0.25};
  double noise_low = 1;
  double ou_theta = 0.15;
  double warmup_sigma = 0.3;

  void Describe(OptionTable& table);
  /// Whether noise is on parameters, instead of on actions.
  bool on_parameters() const { return noise == "parameter"; }
  NoiseOptions kind() const;
  /// The noise's standard deviation, in units of the action.
  /// @param progress  share of the run that is over, 0 to 1.
  double Sigma(bool warming_up, double progress) const;
};

}  // namespace sinew::agents
