#include <memory>
#include <nlohmann/json.hpp>

#include "agents/registry.h"
#include "apps/common/rows.h"
#include "apps/sim/commands.h"

namespace sinew::apps {
namespace {

void ListAgents(bool json) {
  auto rows = nlohmann::ordered_json::array();
  for (const agents::AgentInfo& agent : agents::AgentList()) {
    rows.push_back({{"name", agent.name}, {"summary", agent.summary}});
  }
  PrintRows(rows, json);
}

}  // namespace

void AddAgentsCommand(CommandLine& program) {
  Command command = program.Add("agents");
  auto json = std::make_shared<bool>(false);
  command.Flag("--json", json.get(), "one JSON document on stdout");
  command.Action([json] { ListAgents(*json); });
}

}  // namespace sinew::apps
