#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "agents/base/learner.h"
#include "core/options.h"
#include "models/normalizer.h"

namespace sinew::agents {

/// What every agent that learns by gradients has in common; part of section "agent".
struct CommonOptions {
  double lr_final = 0.1;
  double max_gradient_norm = 0;
  std::string normalizer = "task";
  double obs_clip = 10;
  int64_t max_rollbacks = 5;
  std::string backend = "fused";
  std::string device = "cpu";

  /// @param normalizers  the agent's choices of how observations are scaled.
  void Describe(OptionTable& table, std::vector<std::string> normalizers);
  /// Factor on every step size once a share of the run, 0 to 1, is over.
  double RateFactor(double progress) const { return 1 + (lr_final - 1) * progress; }
  models::Normalizer MakeNormalizer(const AgentContext& context) const;
};

}  // namespace sinew::agents
