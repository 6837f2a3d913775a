#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

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
  bool gravity_compensation = false;
  struct TaskOption {
    std::string key, value;  // as in config.toml
    bool operator==(const TaskOption&) const = default;
  };
  std::vector<TaskOption> task_options;  // what the task was built with
  uint64_t seed = 0;
  int64_t env_steps = 0;  // trained for
  struct Observation {
    std::string name, unit;
    double training_low = 0, training_high = 0;  // range seen in training
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

/// A deterministic policy as plain data: x = clip((obs - mean) * scale, ±clip), the layers, action
/// = last output in
/// [-1, 1]. Everything that an exporter needs.
struct PolicyArtifact {
  Contract contract;
  std::vector<float> obs_mean, obs_scale;  // [obs_dim]; scale = 1 / std
  float obs_clip = 10;
  std::vector<DenseLayer> layers;  // the last one's activation bounds the action (tanh)
};

/// Numbers that one evaluation takes: weights and biases.
int64_t ParameterCount(const PolicyArtifact& artifact);

/// Refuses an artefact that cannot be run: sizes that do not fit each other or the contract,
/// unknown activations, parameters or limits that are not finite. @throws Error saying which.
void CheckArtifact(const PolicyArtifact& artifact);

/// Writes a safetensors file: tensors "normalizer.mean", "normalizer.scale", "actor.<i>.weight",
/// "actor.<i>.bias", and in the header's metadata the contract and the network's shape as JSON.
/// Atomic.
/// @throws Error as CheckArtifact, or if the file cannot be written.
void SavePolicy(const std::filesystem::path& path, const PolicyArtifact& artifact);
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

/// Holds a policy's contract against the task that it is to run on: observation names, units and
/// order, joints, limits, control period, gravity compensation and compiled model.
/// @param model_hash  of the simulation; empty where the model may differ (another version of
/// MuJoCo, another look).
/// @throws UserError in one line that lists every differing field.
void CheckContract(const Contract& contract, const sim::TaskSpec& spec,
                   const std::string& model_hash);

}  // namespace sinew::models
