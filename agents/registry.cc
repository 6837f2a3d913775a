#include "agents/registry.h"

#include <map>

#include "agents/memory/history_agent.h"
#include "agents/off_policy/ddpg.h"
#include "agents/off_policy/fsac.h"
#include "agents/off_policy/naf.h"
#include "agents/off_policy/sac.h"
#include "agents/on_policy/a2c.h"
#include "agents/on_policy/ppo.h"
#include "agents/on_policy/trpo.h"

namespace sinew::agents {

std::unique_ptr<AgentBuilder> MakeAgentBuilder(const std::string& name) {
  static const std::map<std::string, std::unique_ptr<AgentBuilder> (*)()> makers{
      {"a2c", MakeA2c}, {"ddpg", MakeDdpg}, {"fsac", MakeFsac}, {"naf", MakeNaf},
      {"ppo", MakePpo}, {"sac", MakeSac},   {"td3", MakeTd3},   {"trpo", MakeTrpo},
  };
  return WithHistory(makers.at(FindAgent(name).name)());
}

}  // namespace sinew::agents
