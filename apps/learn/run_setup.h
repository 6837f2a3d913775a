#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "training/run/run_config.h"
#include "training/run/run_folder.h"

namespace sinew::apps {

/// What a user says of a new run.
struct RunChoice {
  std::string task;  ///< name, or a task file
  std::string agent = "ddpg";
  uint64_t seed = 1;
  std::string preset{};  ///< name of a file in assets/presets/<agent>/ ("paper"); empty: its own
  std::string config_file{};               ///< TOML with further values; empty: none
  std::vector<std::string> assignments{};  ///< "agent.actor_lr=1e-4"
};

/// The agent of a run that names none: fsac for a task file without settings of an agent, and for
/// its preset "universal"; ddpg otherwise, which the tasks' presets are for.
std::string DefaultAgent(const std::string& task, const std::string& preset);

/// The configuration of a new run: defaults, then the preset, the task's file, the file and the
/// assignments, in this order. The preset of its own is the one of the task's name or, with
/// task.observe=positions, "<task>-positions" where there is one; where there is none,
/// the agent's for all tasks ("universal"), if it has that.
/// @throws UserError for unknown names and bad values.
std::unique_ptr<training::RunConfig> MakeRunConfig(const RunChoice& choice);

/// A line about a policy that neither sees velocities nor can remember positions; empty for others.
std::string MissingMemory(const training::RunConfig& run);

/// The configuration that a run folder was trained with.
std::unique_ptr<training::RunConfig> LoadRunConfig(const training::RunFolder& folder);

/// Names and versions of what the program is linked with.
std::map<std::string, std::string> LibraryVersions();

}  // namespace sinew::apps
