#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sinew::training {

/// A setting and the values that it is tried with.
struct SweepAxis {
  std::string key;  // "agent.actor_lr"
  std::vector<std::string> values;
};

/// "agent.actor_lr=1e-3,3e-4"; a comma inside brackets belongs to its value.
/// @throws UserError without a key, without a value, or with the same value twice.
SweepAxis ParseAxis(std::string_view text);

/// "1-5", "101,103-105": in this order. @throws UserError for anything else, a seed that comes
/// twice, or more than 10,000 of them.
std::vector<uint64_t> ParseSeeds(std::string_view text);

/// One training of a sweep.
struct SweepCell {
  std::string task, agent;
  uint64_t seed = 0;
  std::vector<std::string> assignments;  // "agent.actor_lr=1e-3", one an axis
  std::string variant;  // what tells it from others of its seed: "reacher-ddpg-actor_lr=1e-3"

  /// Of its run folder: "reacher-ddpg-actor_lr=1e-3-s1".
  std::string name() const;
};

/// Every task with every agent, every combination of the axes' values and every seed; all variants
/// of the first seed come first. @throws UserError if two of them would share a name.
std::vector<SweepCell> ExpandSweep(std::span<const std::string> tasks,
                                   std::span<const std::string> agents,
                                   std::span<const SweepAxis> axes,
                                   std::span<const uint64_t> seeds);

}  // namespace sinew::training
