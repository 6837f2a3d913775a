#include <memory>

#include "agents/registry.h"
#include "apps/common/command.h"
#include "apps/common/rows.h"

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

void AddAgentsCommand(CLI::App& program) {
  auto* command = program.add_subcommand("agents", "list the agents");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "one JSON document on stdout");
  command->callback([json] { ListAgents(*json); });
}

}  // namespace sinew::apps
