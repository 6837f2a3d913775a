#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "agents/agent_list.h"
#include "apps/common/rows.h"
#include "apps/sim/commands.h"

namespace sinew::apps {
namespace {

struct AgentsArguments {
  bool json = false, names = false;
  std::string only;
};

std::vector<std::string> TraitsOf(const agents::AgentInfo& agent) {
  std::vector<std::string> traits;
  for (const agents::TraitName& trait : agents::TraitNames()) {
    if (agent.traits.*trait.trait) traits.emplace_back(trait.name);
  }
  return traits;
}

void ListAgents(const AgentsArguments& arguments) {
  auto rows = nlohmann::ordered_json::array();
  std::vector<std::string> names;
  for (const agents::AgentInfo& agent : agents::AgentList()) {
    const auto traits = TraitsOf(agent);
    if (!arguments.only.empty() && std::ranges::count(traits, arguments.only) == 0) continue;
    names.push_back(agent.name);
    rows.push_back({{"name", agent.name},
                    {"traits", fmt::format("{}", fmt::join(traits, " "))},
                    {"summary", agent.summary}});
  }
  if (arguments.names) {
    fmt::print("{}\n", fmt::join(names, ","));
  } else {
    PrintRows(rows, arguments.json);
  }
}

}  // namespace

void AddAgentsCommand(CommandLine& program) {
  Command command = program.Add("agents");
  auto arguments = std::make_shared<AgentsArguments>();
  std::vector<std::string> traits;
  for (const agents::TraitName& trait : agents::TraitNames()) traits.emplace_back(trait.name);
  command.Value("--only", &arguments->only, "those of a trait").OneOf(traits);
  command.Flag("--names", &arguments->names, "names alone, in one line by commas");
  command.Flag("--json", &arguments->json, "one JSON document on stdout");
  command.Action([arguments] { ListAgents(*arguments); });
}

}  // namespace sinew::apps
