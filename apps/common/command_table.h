#pragma once

#include <span>
#include <string_view>

namespace sinew::apps {

/// A subcommand as `sinew --help` lists it.
struct CommandEntry {
  std::string_view group, name, summary;
  std::string_view
      program;  // that runs it, beside the others: "sinew", "sinew-view", "sinew-learn"
};

/// Every subcommand of every program, in the order of the list.
std::span<const CommandEntry> CommandTable();

/// Null if there is none of this name.
const CommandEntry* FindCommand(std::string_view name);

}  // namespace sinew::apps
