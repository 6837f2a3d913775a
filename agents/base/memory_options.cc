#include "agents/base/memory_options.h"

#include <fmt/format.h>

#include "core/error.h"

namespace sinew::agents {

void MemoryOptions::Describe(OptionTable& table) {
  DescribeAbsent(table);
  table.Add("memory_size", &memory_size, {1, 4096}, "width of the memory's state");
  table.Add("sequence_length", &sequence_length, {1, 1e6},
            "steps that the gradient goes back through a memory", "steps");
  table.Add("burn_in", &burn_in, {0, 1e6},
            "steps before them that only bring the memory's state up to date", "steps");
}

void MemoryOptions::DescribeAbsent(OptionTable& table) {
  table.Add("memory", &memory, {"none", "gru"},
            "what the policy remembers: nothing, or a layer of gated recurrent units");
}

void RefuseMemory(const MemoryOptions& options, const std::string& agent) {
  if (options.memory == "none") return;
  throw UserError(
      fmt::format("agent.memory = \"{}\": {} has no memory; agents that have one: a2c, ddpg, ppo, "
                  "td3; agent.history serves every agent",
                  options.memory, agent));
}

}  // namespace sinew::agents
