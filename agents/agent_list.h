#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sinew::agents {

/// What an agent can do that not every agent can.
struct AgentTraits {
  bool on_policy = false;   // learns from rollouts of its present policy, not from a replay buffer
  bool stochastic = false;  // its policy is a distribution that actions can be sampled from
  bool action_value = false;  // its critic rates actions, not states alone
  bool memory = false;        // takes agent.memory: its networks may keep a state between steps
};

struct AgentInfo {
  std::string name;
  std::string summary;
  AgentTraits traits{};
};

/// Every agent, sorted by name. A library of its own, for programs that make none.
const std::vector<AgentInfo>& AgentList();
/// @throws UserError for an unknown name, offering the nearest.
const AgentInfo& FindAgent(std::string_view name);

/// A trait by its name, for people and scripts.
struct TraitName {
  const char* name;
  bool AgentTraits::*trait;
};
/// "on-policy", "stochastic", "action-value", "memory".
const std::vector<TraitName>& TraitNames();

}  // namespace sinew::agents
