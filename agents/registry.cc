#include "agents/registry.h"

#include <functional>
#include <map>

#include "agents/off_policy/ddpg.h"
#include "agents/off_policy/naf.h"
#include "agents/off_policy/sac.h"
#include "agents/on_policy/a2c.h"
#include "agents/on_policy/ppo.h"
#include "agents/on_policy/trpo.h"
#include "core/error.h"
#include "core/names.h"

namespace sinew::agents {
namespace {

struct Entry {
  std::string summary;
  std::function<std::unique_ptr<AgentBuilder>()> make;
};

const std::map<std::string, Entry>& Registry() {
  static const std::map<std::string, Entry> registry{
      {"a2c", {"advantage actor-critic, synchronous (Mnih et al. 2016)", MakeA2c}},
      {"ddpg", {"deep deterministic policy gradient (Lillicrap et al. 2015)", MakeDdpg}},
      {"naf", {"normalized advantage functions (Gu et al. 2016)", MakeNaf}},
      {"ppo", {"proximal policy optimisation (Schulman et al. 2017)", MakePpo}},
      {"sac", {"soft actor-critic, learned temperature (Haarnoja et al. 2018)", MakeSac}},
      {"td3", {"twin delayed DDPG (Fujimoto et al. 2018)", MakeTd3}},
      {"trpo", {"trust region policy optimisation (Schulman et al. 2015)", MakeTrpo}},
  };
  return registry;
}

}  // namespace

std::vector<AgentInfo> AgentList() {
  std::vector<AgentInfo> list;
  for (const auto& [name, entry] : Registry()) list.push_back({name, entry.summary});
  return list;
}

std::unique_ptr<AgentBuilder> MakeAgentBuilder(const std::string& name) {
  const auto found = Registry().find(name);
  if (found != Registry().end()) return found->second.make();
  std::vector<std::string> names;
  for (const AgentInfo& info : AgentList()) names.push_back(info.name);
  throw UserError(UnknownName("agent", name, names));
}

}  // namespace sinew::agents
