#pragma once

#include <cstdint>
#include <string>

#include "core/options.h"

namespace sinew::agents {

/// What a policy remembers beyond what it sees; part of section "agent".
struct MemoryOptions {
  std::string memory = "none";
  int64_t memory_size = 64;
  int64_t sequence_length = 16;
  int64_t burn_in = 0;

  void Describe(OptionTable& table);
  /// For agents without a memory: the one option that RefuseMemory looks at.
  void DescribeAbsent(OptionTable& table);
  /// Width of the state; 0: there is no memory.
  int width() const { return memory == "none" ? 0 : static_cast<int>(memory_size); }
};

/// @throws UserError if a memory is asked of `agent`, which has none.
void RefuseMemory(const MemoryOptions& options, const std::string& agent);

}  // namespace sinew::agents
