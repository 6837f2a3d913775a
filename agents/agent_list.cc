#include "agents/agent_list.h"

#include <algorithm>

#include "core/error.h"
#include "core/names.h"

namespace sinew::agents {
namespace {

constexpr AgentTraits kOnPolicy{.on_policy = true, .stochastic = true};
constexpr AgentTraits kRemembers{.on_policy = true, .stochastic = true, .memory = true};
constexpr AgentTraits kDeterministic{.action_value = true};
constexpr AgentTraits kReplaysSequences{.action_value = true, .memory = true};
constexpr AgentTraits kSampled{.stochastic = true};
constexpr AgentTraits kSoft{.stochastic = true, .action_value = true};

}  // namespace

const std::vector<AgentInfo>& AgentList() {
  static const std::vector<AgentInfo> list{
      {"a2c", "advantage actor-critic, synchronous (Mnih et al. 2016)", kRemembers},
      {"ddpg", "deep deterministic policy gradient (Lillicrap et al. 2015)", kReplaysSequences},
      {"fsac", "soft actor-critic of normalised residual networks, one setting for all tasks",
       kSampled},
      {"naf", "normalized advantage functions (Gu et al. 2016)", kDeterministic},
      {"ppo", "proximal policy optimisation (Schulman et al. 2017)", kRemembers},
      {"sac", "soft actor-critic, learned temperature (Haarnoja et al. 2018)", kSoft},
      {"td3", "twin delayed DDPG (Fujimoto et al. 2018)", kReplaysSequences},
      {"trpo", "trust region policy optimisation (Schulman et al. 2015)", kOnPolicy},
  };
  return list;
}

const AgentInfo& FindAgent(std::string_view name) {
  const auto found = std::ranges::find(AgentList(), name, &AgentInfo::name);
  if (found != AgentList().end()) return *found;
  std::vector<std::string> names;
  for (const AgentInfo& info : AgentList()) names.push_back(info.name);
  throw UserError(UnknownName("agent", name, names));
}

const std::vector<TraitName>& TraitNames() {
  static const std::vector<TraitName> names{{"on-policy", &AgentTraits::on_policy},
                                            {"stochastic", &AgentTraits::stochastic},
                                            {"action-value", &AgentTraits::action_value},
                                            {"memory", &AgentTraits::memory}};
  return names;
}

}  // namespace sinew::agents
