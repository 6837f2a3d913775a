#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "policy/graph.h"
#include "sim/task.h"
#include "spec/contract.h"
#include "spec/policy.h"
#include "viewer/session/episode_file.h"

namespace sinew::apps {

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
  std::string policy_name;                           // "runs/x/final.policy", "zero"
  std::filesystem::path policy_file;                 // empty for scripted policies
  std::shared_ptr<const policy::PolicyGraph> graph;  // of the policy file; null for scripted ones
  std::function<std::unique_ptr<spec::Policy>()> make_policy;
};

/// @param what    a run folder, a policy file or a task name.
/// @param choice  "final" or "best" for a run folder; "zero", "random", "sine" or "pd" for a task.
/// @throws UserError if it is none of them, or if the policy was made for another task.
Subject ResolveSubject(const std::string& what, const std::string& choice, uint64_t seed);

}  // namespace sinew::apps
