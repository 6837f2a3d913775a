#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/policy_file.h"
#include "sim/task.h"

namespace sinew::deploy {

/// Observations that a policy met while it drove the simulation, with the outputs it should give
/// for them.
struct GoldenVectors {
  int obs_dim = 0, act_dim = 0;
  std::vector<float> observation;  // [size x obs_dim], raw
  std::vector<double> action;      // [size x act_dim], in [-1, 1]
  std::vector<double> torque;      // [size x act_dim], [N·m]

  int size() const { return obs_dim ? static_cast<int>(observation.size()) / obs_dim : 0; }
  std::span<const float> Observation(int index) const {
    return std::span(observation).subspan(static_cast<size_t>(index) * obs_dim, obs_dim);
  }
  std::span<const double> Action(int index) const {
    return std::span(action).subspan(static_cast<size_t>(index) * act_dim, act_dim);
  }
  std::span<const double> Torque(int index) const {
    return std::span(torque).subspan(static_cast<size_t>(index) * act_dim, act_dim);
  }
};

struct GoldenOptions {
  int vectors = 1000;
  int episodes = 20;  // at least; more where these are too short
  uint64_t seed = 1;  // of the environment
};

/// What the policy means, in float64: the normaliser, the layers and the clip, written out plainly.
/// Float32 implementations, whatever order they sum in, are measured against this and not against
/// each other.
///
/// @param observation  [obs_dim], raw, finite. @return [act_dim], in [-1, 1].
std::vector<double> ReferenceAction(const models::PolicyArtifact& artifact,
                                    std::span<const float> observation);

/// Torque at each joint for an action: linear from [-1, 1] to [torque_low, torque_high]. @return
/// [act_dim], [N·m].
std::vector<double> TorqueOfAction(const models::Contract& contract,
                                   std::span<const double> action);

/// Fills action and torque of `golden` from its observations.
void FillReference(const models::PolicyArtifact& artifact, GoldenVectors* golden);

/// Runs the policy in its task and keeps `options.vectors` of the observations: a quarter are those
/// with the most saturated actions, the rest are spread evenly over all episodes.
///
/// @throws UserError if the policy was made for another task.
GoldenVectors MakeGoldenVectors(const models::PolicyArtifact& artifact,
                                std::shared_ptr<const sim::Task> task,
                                const GoldenOptions& options = {});

}  // namespace sinew::deploy
