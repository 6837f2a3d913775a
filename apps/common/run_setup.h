#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "policy/policy_file.h"
#include "spec/policy.h"
#include "training/run/run_config.h"
#include "training/run/run_folder.h"
#include "viewer/session/episode_file.h"

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

/// The configuration that a run folder was trained with. A task file's model that is no longer
/// where it was is looked for by its name in the present folder, in the run's, and in those above.
/// @throws UserError if it is in none of them.
std::unique_ptr<training::RunConfig> LoadRunConfig(const training::RunFolder& folder);

/// The task that a policy was made for, with the physics that its contract records.
/// @param beside  folder from which a model that has moved is looked for, as by LoadRunConfig.
/// @throws UserError for an unknown task, offering the nearest, or a model that is not found.
std::shared_ptr<const sim::Task> TaskOfContract(const spec::Contract& contract,
                                                const std::filesystem::path& beside = "");

/// The task that an episode was recorded on. @throws UserError as TaskOfContract.
std::shared_ptr<const sim::Task> TaskOfEpisode(const viewer::Episode& episode,
                                               const std::filesystem::path& beside = "");

/// What a task was built with, as episode files keep it.
viewer::TaskOptions TaskOptionsOf(const spec::Contract& contract);
/// The same of a task file or a bare model (*.xml) that is watched; empty for a registered task.
viewer::TaskOptions TaskOptionsOf(const std::string& task);

/// A policy on its task, from whatever the user named.
struct Subject {
  std::shared_ptr<const sim::Task> task;
  std::string policy_name;            // "runs/x/final.policy", "zero"
  std::filesystem::path policy_file;  // empty for scripted policies
  std::function<std::unique_ptr<spec::Policy>()> make_policy;
};

/// @param what    a run folder, a policy file or a task name.
/// @param choice  "final" or "best" for a run folder; "zero", "random", "sine" or "pd" for a task.
/// @throws UserError if it is none of them, or if the policy was made for another task.
Subject ResolveSubject(const std::string& what, const std::string& choice, uint64_t seed);

/// Names and versions of what the program is linked with.
std::map<std::string, std::string> LibraryVersions();

}  // namespace sinew::apps
