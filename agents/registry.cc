#include "agents/registry.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

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

using Maker = std::function<std::unique_ptr<AgentBuilder>()>;

const std::map<std::string, Maker>& Makers() {
  static const std::map<std::string, Maker> makers{
      {"a2c", MakeA2c}, {"ddpg", MakeDdpg}, {"naf", MakeNaf},   {"ppo", MakePpo},
      {"sac", MakeSac}, {"td3", MakeTd3},   {"trpo", MakeTrpo},
  };
  return makers;
}

}  // namespace

std::unique_ptr<AgentBuilder> MakeAgentBuilder(const std::string& name) {
  std::vector<std::string> names;
  for (const AgentInfo& info : AgentList()) names.push_back(info.name);
  if (std::ranges::find(names, name) == names.end())
    throw UserError(UnknownName("agent", name, names));
  return Makers().at(name)();
}

}  // namespace sinew::agents
