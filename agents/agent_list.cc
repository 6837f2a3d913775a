#include "agents/agent_list.h"

namespace sinew::agents {

const std::vector<AgentInfo>& AgentList() {
  static const std::vector<AgentInfo> list{
      {"a2c", "advantage actor-critic, synchronous (Mnih et al. 2016)"},
      {"ddpg", "deep deterministic policy gradient (Lillicrap et al. 2015)"},
      {"naf", "normalized advantage functions (Gu et al. 2016)"},
      {"ppo", "proximal policy optimisation (Schulman et al. 2017)"},
      {"sac", "soft actor-critic, learned temperature (Haarnoja et al. 2018)"},
      {"td3", "twin delayed DDPG (Fujimoto et al. 2018)"},
      {"trpo", "trust region policy optimisation (Schulman et al. 2015)"},
  };
  return list;
}

}  // namespace sinew::agents
