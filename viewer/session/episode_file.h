#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "viewer/session/body_move.h"
#include "viewer/session/session.h"

namespace sinew::viewer {

/// What a task was built with, so that it can be built again: key and value as in config.toml.
using TaskOptions = std::vector<std::pair<std::string, std::string>>;

/// One control step of a recorded episode.
struct EpisodeStep {
  std::vector<float> action;  // [act_dim], as applied
  std::vector<Wrench> pushes;
  std::optional<BodyMove> move;
  double reward = 0;
  uint64_t state_hash = 0;  // of the state that it led to
};

/// An episode that can be lived through again to the same bits: start state, actions, pushes, and
/// a hash of every state on the way.
struct Episode {
  std::string task;
  TaskOptions task_options;
  std::string model_hash;
  std::string policy, policy_hash;  // label and hash of the last one at work
  uint64_t seed = 0;
  sim::EnvState start;
  EpisodeLog log;  // what the policy had seen and meant before the start
  std::vector<EpisodeStep> steps;
};

/// FNV-1a, 64 bit, over the bytes of a simulation's state.
uint64_t StateHash(const sim::SimulationState& state);

/// The episode under the session's cursor, as far as it is kept, with everything behind the cursor.
Episode CaptureEpisode(const Session& session, TaskOptions task_options);

/// Writes an episode file: "SINEWEP1", the length of a JSON header, the header, the numbers in
/// little-endian order, a CRC-32 over all of it. Atomic. @throws Error if it cannot be written.
void SaveEpisode(const std::filesystem::path& path, const Episode& episode);
/// @throws UserError naming the file and what is wrong with it; every length is checked before it
/// is used.
Episode LoadEpisode(const std::filesystem::path& path);

/// How far a recorded episode came out the same.
struct ReplayResult {
  int64_t steps = 0;                 // replayed
  std::optional<int64_t> parted_at;  // first step whose state differs; empty: none
  std::string Describe() const;
};

/// Lives through the episode again and compares every state.
/// @throws UserError if it is of another task or model.
ReplayResult ReplayEpisode(const Episode& episode, sim::Env* env);
/// The same in a session, whose history then holds it; goes on behind the step at which it parted.
/// The cursor ends on its first frame.
ReplayResult ReplayEpisode(const Episode& episode, Session* session);

}  // namespace sinew::viewer
