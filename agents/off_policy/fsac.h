#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "agents/base/agent.h"
#include "agents/base/memory_options.h"
#include "agents/off_policy/off_policy.h"
#include "agents/off_policy/soft_actor.h"
#include "agents/off_policy/value_head.h"

namespace sinew::agents {

/// Options of FSAC; section "agent" of the configuration.
struct FsacOptions : OffPolicyOptions, MemoryOptions, SoftActorOptions {
  FsacOptions();

  int64_t actor_width = 64, actor_blocks = 1;
  int64_t critic_width = 64, critic_blocks = 1;
  int64_t expansion = 4;
  std::string norm = "rms";
  bool unit_weights = true;

  bool categorical = true;
  int64_t atoms = 101;
  double value_bound = 5;
  bool return_scaling = true;

  int64_t policy_delay = 2;

  void Describe(OptionTable& table);
  ValueHead head() const;
};

/// Soft actor-critic for whatever a user brings, with one set of settings: networks of normalised
/// residual blocks whose weights keep unit length, critics that predict a distribution over returns
/// scaled by their own statistics, observations by running statistics, an actor that follows every
/// second update, step sizes that fall. What depends on a task's time scale is derived from it.
/// Each ingredient is a switch; docs/agents/fsac.md has the sources and what each is worth.
std::unique_ptr<AgentBuilder> MakeFsac();
/// @throws UserError if options contradict each other.
std::unique_ptr<Agent> MakeFsacAgent(const FsacOptions& options, const AgentContext& context);

}  // namespace sinew::agents
