#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/base/agent.h"
#include "agents/base/observation_scaler.h"
#include "core/options.h"
#include "core/schedule.h"

namespace sinew::agents {

/// The heading of the options that hardly anybody needs.
inline constexpr const char* kRarelyUsed = "rarely used";

/// What every agent that learns by gradients has in common; part of section "agent".
struct CommonOptions {
  Schedule lr_schedule{1, 0.1};
  double max_grad_norm = 0;
  std::string normalizer = "task";
  double obs_clip = 10;
  int64_t max_rollbacks = 5;
  std::string backend = "fused";
  std::string device = "cpu";

  /// @param normalizers  the agent's choices of how observations are scaled.
  void Describe(OptionTable& table, std::vector<std::string> normalizers);
  ObservationScaler MakeScaler(const AgentContext& context) const;
};

/// What an option that said "this share of it at the end of the run" says as a schedule of factors,
/// see OptionTable::Replaced.
std::string FactorUntilTheEnd(std::string_view present, std::string_view share);

/// What an option that said "this at the end of the run" makes of the schedule whose start stands
/// already. @param off  the value that meant "it stays".
OptionTable::Translate EndsAt(double off);
/// The same where a value above the start's meant "it stays".
std::string EndsBelow(std::string_view present, std::string_view end);

}  // namespace sinew::agents
