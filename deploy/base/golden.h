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
/// for them.
struct GoldenVectors {
  int obs_dim = 0, act_dim = 0;
  std::vector<float> observation;  // [size x obs_dim], raw
  std::vector<double> action;      // [size x act_dim], in [-1, 1]
  std::vector<double> torque;      // [size x act_dim], [N·m]
  std::vector<float> noise = {};   // [size x act_dim], of a sampling policy; else empty

  int size() const { return obs_dim ? static_cast<int>(observation.size()) / obs_dim : 0; }
  std::span<const float> Observation(int index) const {
    return std::span(observation).subspan(static_cast<size_t>(index) * obs_dim, obs_dim);
  }
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

/// What the policy means, in float64: the normaliser, the layers and the clip, written out plainly.
/// Float32 implementations, whatever order they sum in, are measured against this and not against
/// each other.
///
/// @param observation  [obs_dim], raw, finite. @param noise  [act_dim], standard normal; empty: the
/// deterministic action. @return [act_dim], in [-1, 1].
std::vector<double> ReferenceAction(const policy::PolicyArtifact& artifact,
                                    std::span<const float> observation,
                                    std::span<const float> noise = {});

/// The normalised observation and every layer's outputs on the way to the deterministic action; the
/// last is not clipped. @return [1 + layers], each of its layer's width.
std::vector<std::vector<double>> ReferenceSignals(const policy::PolicyArtifact& artifact,
                                                  std::span<const float> observation,
                                                  std::span<const float> noise = {});

/// Torque at each joint for an action: linear from [-1, 1] to [torque_low, torque_high]. @return
/// [act_dim], [N·m].
std::vector<double> TorqueOfAction(const spec::Contract& contract, std::span<const double> action);

/// The nearest float that does not lie beyond a limit.
float WithinLimit(double limit);

/// Fills action and torque of `golden` from its observations and noise.
void FillReference(const policy::PolicyArtifact& artifact, GoldenVectors* golden);

/// At most `count` of the vectors, evenly spread.
GoldenVectors Thinned(const GoldenVectors& golden, int count);

/// Runs the policy in its task and keeps `options.vectors` of the observations: a quarter are those
/// with the most saturated actions, the rest are spread evenly over all episodes.
///
/// @throws UserError if the policy was made for another task, or has nothing to sample from.
GoldenVectors MakeGoldenVectors(const policy::PolicyArtifact& artifact,
                                std::shared_ptr<const sim::Task> task,
                                const GoldenOptions& options = {});

/// A safetensors file with tensors "observation", "torque" and, of a sampling policy, "noise".
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
