#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/files.h"
#include "sim/policy.h"
#include "sim/task.h"

namespace sinew::models {

/// What a policy expects and gives, so that nothing about it has to be guessed: carried inside
/// every artefact.
struct Contract {
  std::string task;
  std::string agent;
  std::string model_hash;  // of the compiled MJCF
  std::string commit;      // of the program that trained it
  double control_dt = 0;   // [s]
  double timestep = 0;     // of the physics [s]
  double latency = 0;      // from observation to torque, as in training [s]
  bool gravity_compensation = false;
  struct TaskOption {
    std::string key, value;  // as in config.toml
    bool operator==(const TaskOption&) const = default;
  };
  std::vector<TaskOption> task_options;  // what the task was built with
  uint64_t seed = 0;
  int64_t env_steps = 0;  // trained for
  int64_t updates = -1;   // of the learner; -1: not recorded
  struct Observation {
    std::string name, unit;
    double training_low = 0, training_high = 0;  // range seen in training
    std::string frame = {};                      // "joint", "world", ...; empty: not stated
    bool operator==(const Observation&) const = default;
  };
  std::vector<Observation> observation;
  std::vector<sim::ActionElement> action;  // joint names, control range, N·m limits
  struct Evaluation {
    int64_t episodes = 0;
    double mean = 0, iqm = 0, ci95_low = 0, ci95_high = 0, success_rate = 0;
    bool operator==(const Evaluation&) const = default;
  } evaluation;

  bool operator==(const Contract&) const = default;
};

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
  Contract contract;
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

/// Refuses a policy that no training has touched, where the contract says so. @throws UserError.
void CheckTrained(const Contract& contract);

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

/// The contract as a JSON object. Training ranges and evaluation figures that are not finite become
/// null.
std::string ContractToJson(const Contract& contract, int indent = -1);
/// @param source  names the file in messages. @throws UserError naming the field that is missing or
/// of a wrong kind.
Contract ContractFromJson(const std::string& json, const std::string& source);

/// Runs the artefact on the CPU in float32, allocating nothing per step. An observation that is not
/// finite gives actions that are NaN, which Env refuses. @throws Error as CheckArtifact.
std::unique_ptr<sim::Policy> MakeArtifactPolicy(const PolicyArtifact& artifact);

/// The same with sampled actions: episode k draws its noise from NoiseOfEpisode(seed, k).
/// @throws UserError if the policy has no Gaussian head.
std::unique_ptr<sim::Policy> MakeSamplingPolicy(const PolicyArtifact& artifact, uint64_t seed);

/// Where the noise of an episode comes from: act_dim normal numbers a step.
Random NoiseOfEpisode(uint64_t seed, uint64_t episode);

/// Holds a policy's contract against the task that it is to run on: observation names, units and
/// frames and order, joints, limits, control period, gravity compensation and compiled model.
/// @param model_hash  of the simulation; empty where the model may differ (another version of
/// MuJoCo, another look).
/// @throws UserError in one line that lists every differing field.
void CheckContract(const Contract& contract, const sim::TaskSpec& spec,
                   const std::string& model_hash);

/// Every field in which two contracts differ: "observation[2].unit: 'rad', not 'deg'", the first
/// one's value before the second one's. Empty if they are equal.
std::vector<std::string> ContractDifferences(const Contract& a, const Contract& b);

}  // namespace sinew::models
