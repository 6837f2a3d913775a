#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "policy/policy_file.h"
#include "sim/task.h"

namespace sinew::deploy {

/// Observations that a policy met while it drove the simulation, with the outputs it should give
/// for them. Of a policy that remembers they are sequences: from the start of an episode on,
/// without a gap.
struct GoldenVectors {
  int obs_dim = 0, act_dim = 0;
  std::vector<float> observation;  // [size x obs_dim], raw
  std::vector<double> action;      // [size x act_dim], in [-1, 1]
  std::vector<double> torque;      // [size x act_dim], the commands, in the contract's units
  std::vector<float> noise = {};   // [size x act_dim], of a sampling policy; else empty
  std::vector<uint8_t> begin =
      {};  // [size], 1 where an episode begins; empty: each row stands alone

  int size() const { return obs_dim ? static_cast<int>(observation.size()) / obs_dim : 0; }
  std::span<const float> Observation(int index) const {
    return std::span(observation).subspan(static_cast<size_t>(index) * obs_dim, obs_dim);
  }
  /// Whether a policy is to be reset before this row.
  bool Begins(int index) const { return begin.empty() || begin[static_cast<size_t>(index)] != 0; }
  /// [act_dim], or empty.
  std::span<const float> Noise(int index) const {
    if (noise.empty()) return {};
    return std::span(noise).subspan(static_cast<size_t>(index) * act_dim, act_dim);
  }
  std::span<const double> Action(int index) const {
    return std::span(action).subspan(static_cast<size_t>(index) * act_dim, act_dim);
  }
  std::span<const double> Torque(int index) const {
    return std::span(torque).subspan(static_cast<size_t>(index) * act_dim, act_dim);
  }
};

struct GoldenOptions {
  int vectors = 10'000;
  int episodes = 20;        // at least; more where these are too short
  uint64_t seed = 1;        // of the environment
  bool stochastic = false;  // with sampled actions
};

/// The command of each element for an action: linear from [-1, 1] to [low, high], not clipped.
/// @return [act_dim] in the contract's units.
std::vector<double> TorqueOfAction(const spec::Contract& contract, std::span<const double> action);

/// The nearest float that does not lie beyond a limit.
float WithinLimit(double limit);

/// Fills action and torque of `golden` from its observations and noise.
void FillReference(const policy::PolicyGraph& artifact, GoldenVectors* golden);

/// At most `count` of the vectors, evenly spread; of sequences, the beginnings of some.
GoldenVectors Thinned(const GoldenVectors& golden, int count);

/// Runs the policy in its task and keeps `options.vectors` of the observations: a quarter are those
/// with the most saturated actions, the rest are spread evenly over all episodes. Of a policy that
/// remembers: the beginnings of the episodes, as long as needed.
///
/// @throws UserError if the policy was made for another task, or has nothing to sample from.
GoldenVectors MakeGoldenVectors(const policy::PolicyGraph& artifact,
                                std::shared_ptr<const sim::Task> task,
                                const GoldenOptions& options = {});

/// A safetensors file with tensors "observation", "torque" and, of a sampling policy, "noise", of
/// one that remembers, "begin".
/// @param policy_hash  of the policy that they belong to.
void SaveGolden(const std::filesystem::path& path, const GoldenVectors& golden,
                const std::string& policy_hash);

struct GoldenFile {
  GoldenVectors golden;  // actions left empty
  std::string policy_hash;
};
/// @throws UserError if the file is damaged or its tensors do not fit each other.
GoldenFile LoadGolden(const std::filesystem::path& path);

}  // namespace sinew::deploy
