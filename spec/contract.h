#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spec/task_spec.h"

namespace sinew::spec {

/// What a model is, for comparison with the one that a policy was made for.
struct ModelIdentity {
  std::string hash;         // of what it says, in a form that engines share
  std::string engine_hash;  // of the engine's own bytes, which older policies carry
  std::string engine;       // "MuJoCo 2.2.2"

  /// Whether a recorded hash is of this model. @param engine  recorded beside it; empty: the hash
  /// is of the engine's bytes.
  bool Matches(const std::string& recorded, const std::string& recorded_engine) const {
    return recorded == (recorded_engine.empty() ? engine_hash : hash);
  }
};

/// What a policy expects and gives, so that nothing about it has to be guessed: carried inside
/// every artefact.
struct Contract {
  std::string task;
  std::string agent;
  std::string model_hash;  // of what the model says; without an engine: of its compiled bytes
  std::string engine;      // "MuJoCo 2.2.2", that it was trained on; empty in older files
  std::string commit;      // of the program that trained it
  double control_dt = 0;   // [s]
  double timestep = 0;     // of the physics [s]
  double latency = 0;      // from observation to torque: the largest in training [s]
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
  std::vector<ActionElement>
      action;  // what each number is, its limits, the torque that comes of it
  struct Evaluation {
    int64_t episodes = 0;
    double mean = 0, iqm = 0, ci95_low = 0, ci95_high = 0, success_rate = 0;
    bool operator==(const Evaluation&) const = default;
  } evaluation;

  bool operator==(const Contract&) const = default;
};

/// Refuses a policy that no training has touched, where the contract says so. @throws UserError.
void CheckTrained(const Contract& contract);

/// The contract as a JSON object. Training ranges and evaluation figures that are not finite become
/// null.
std::string ContractToJson(const Contract& contract, int indent = -1);
/// @param source  names the file in messages. @throws UserError naming the field that is missing or
/// of a wrong kind.
Contract ContractFromJson(const std::string& json, const std::string& source);

/// Holds a policy's contract against the task that it is to run on: observation names, units and
/// frames and order, joints, limits, control period, gravity compensation and compiled model.
/// @param model  of the simulation; null where it may differ (another look).
/// @throws UserError in one line that lists every differing field.
void CheckContract(const Contract& contract, const TaskSpec& spec,
                   const ModelIdentity* model = nullptr);

/// What to tell where a policy meets another engine than it was trained on; empty where it does
/// not.
std::string EngineWarning(const Contract& contract, const ModelIdentity& model);

/// Every field in which two contracts differ: "observation[2].unit: 'rad', not 'deg'", the first
/// one's value before the second one's. Empty if they are equal.
std::vector<std::string> ContractDifferences(const Contract& a, const Contract& b);

}  // namespace sinew::spec
