#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/files.h"
#include "core/random.h"
#include "spec/contract.h"
#include "spec/policy.h"

namespace sinew::policy {

/// One dense layer y = activation(W x + b); W is row-major [outputs x inputs].
struct DenseLayer {
  int inputs = 0, outputs = 0;
  std::vector<float> weight, bias;
  std::string activation;  // "relu", "tanh", "identity"
};

/// Standard deviations of a stochastic policy. The noise enters before the last layer's activation:
/// action = clip(activation(W x + b + exp(log_std) noise), ±1), noise ~ N(0, 1) for each element.
struct GaussianHead {
  std::vector<float> weight;  // [act_dim x inputs of the last layer]; empty: the same everywhere
  std::vector<float> bias;    // [act_dim]
  /// With a weight, log_std = low + (high - low) (1 + tanh(weight x + bias)) / 2; without, bias.
  float low = 0, high = 0;
  bool operator==(const GaussianHead&) const = default;
};

/// A policy as plain data: x = clip((obs - mean) * scale, ±clip), the layers, action = last output
/// in [-1, 1]. Everything that an exporter needs.
struct PolicyArtifact {
  spec::Contract contract;
  std::vector<float> obs_mean, obs_scale;  // [obs_dim]; scale = 1 / std
  float obs_clip = 10;
  std::vector<DenseLayer> layers;             // the last one's activation bounds the action (tanh)
  std::optional<GaussianHead> gaussian = {};  // of agents that sample their actions
};

/// Numbers that one evaluation takes: weights and biases.
int64_t ParameterCount(const PolicyArtifact& artifact);

/// Refuses an artefact that cannot be run: sizes that do not fit each other or the contract,
/// unknown activations, parameters or limits that are not finite. @throws Error saying which.
void CheckArtifact(const PolicyArtifact& artifact);

/// Writes a safetensors file: tensors "normalizer.mean", "normalizer.scale", "actor.<i>.weight",
/// "actor.<i>.bias", of a stochastic policy "log_std.bias" and "log_std.weight", and in the
/// header's metadata the contract and the network's shape as JSON. Atomic.
/// @throws Error as CheckArtifact, or if the file cannot be written.
void SavePolicy(const std::filesystem::path& path, const PolicyArtifact& artifact,
                Flush flush = Flush::kYes);
/// Checks every length, offset, dtype, shape, the checksum and the contract before it allocates.
/// @throws UserError naming the file and what is wrong with it.
PolicyArtifact LoadPolicy(const std::filesystem::path& path);
/// LoadPolicy for a file's content. @param source  stands for the file's name in messages.
PolicyArtifact ParsePolicy(std::string bytes, const std::string& source);
/// Identity of the numbers and the contract: HashHex over the bytes that SavePolicy writes.
std::string PolicyHash(const PolicyArtifact& artifact);

/// Runs the artefact on the CPU in float32, allocating nothing per step. An observation that is not
/// finite gives actions that are NaN, which Env refuses. @throws Error as CheckArtifact.
std::unique_ptr<spec::Policy> MakeArtifactPolicy(const PolicyArtifact& artifact);

/// The same with sampled actions: episode k draws its noise from NoiseOfEpisode(seed, k).
/// @throws UserError if the policy has no Gaussian head.
std::unique_ptr<spec::Policy> MakeSamplingPolicy(const PolicyArtifact& artifact, uint64_t seed);

/// Where the noise of an episode comes from: act_dim normal numbers a step.
Random NoiseOfEpisode(uint64_t seed, uint64_t episode);

}  // namespace sinew::policy
