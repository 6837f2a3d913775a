#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "deploy/runtime/gate.h"
#include "policy/policy_file.h"
#include "spec/policy.h"

namespace sinew::deploy {

/// sinew_options with the lists in C++; see there.
struct RuntimeOptions {
  std::vector<std::string> observation_names, joint_names;  // empty: the policy's order
  std::optional<std::vector<std::string>> velocity_names;   // "" where there is none
  std::vector<double> torque_limit, torque_rate, damping;   // empty: the default
  double max_age = 0;
  double max_range_score = 1;
  double soft_start = 0.5;
  uint32_t latched = 0;
};

/// A policy behind its safety gate, in the robot's order of joints and observations: what the C API
/// wraps. Step allocates nothing and throws nothing.
class Runtime {
 public:
  /// @param hash  of the policy file's bytes (HashHex).
  /// @throws UserError if names do not match or an option is out of range; Error as
  /// policy::CheckGraph.
  Runtime(const policy::PolicyGraph& artifact, const RuntimeOptions& options, std::string hash);

  /// See sinew_runtime_step.
  sinew_status Step(std::span<const float> observation, int64_t stamp_ns, int64_t now_ns,
                    std::span<float> torque);
  void Start() {
    gate_.Start();
    begins_ = true;
    has_command_ = false;
  }
  void Stop() { gate_.Stop(); }

  /// Of the last step, with the robot's indices.
  const sinew_report& report() const { return report_; }
  uint64_t count(sinew_trip trip) const { return gate_.count(trip); }
  const std::vector<std::string>& observation_names() const { return observation_names_; }
  const std::vector<std::string>& joint_names() const { return joint_names_; }
  double control_period() const { return control_period_; }
  const std::string& policy_hash() const { return policy_hash_; }
  const std::string& task() const { return task_; }

 private:
  GateOptions MakeGateOptions(const spec::Contract& contract, const RuntimeOptions& options) const;
  void Ask();
  void RunLaws();

  std::vector<spec::ActionElement> joints_;  // the policy's
  std::vector<std::string> observation_names_, joint_names_;
  std::vector<int> observation_map_, joint_map_;  // policy's index to the robot's
  double control_period_;
  std::string policy_hash_, task_;
  std::unique_ptr<spec::Policy> policy_;
  bool begins_ = true;  // what the policy remembers is of before the soft start
  SafetyGate gate_;
  sinew_report report_{};
  std::vector<float> observation_, action_;  // in the policy's order, as below
  std::vector<double> command_;              // targets of the laws, or the torques themselves
  std::vector<double> torque_;
  bool runs_law_ = false, has_command_ = false;
};

}  // namespace sinew::deploy
