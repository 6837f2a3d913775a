#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "training/run/run_config.h"
#include "training/run/run_folder.h"

namespace sinew::apps {

/// The configuration of a new run: defaults, then the preset, the file and the assignments, in this
/// order.
/// @param preset  name of a file in assets/presets/<agent>/ ("paper"); empty: the task's own where
/// there is one.
/// @param file    TOML with further values; may be empty. @param assignments "agent.actor_lr=1e-4".
/// @throws UserError for unknown names and bad values.
std::unique_ptr<training::RunConfig> MakeRunConfig(const std::string& task,
                                                   const std::string& agent, uint64_t seed,
                                                   const std::string& preset,
                                                   const std::string& file,
                                                   const std::vector<std::string>& assignments);

/// The configuration that a run folder was trained with.
std::unique_ptr<training::RunConfig> LoadRunConfig(const training::RunFolder& folder);

/// Names and versions of what the program is linked with.
std::map<std::string, std::string> LibraryVersions();

}  // namespace sinew::apps
