#include "deploy/runtime/runtime.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/names.h"
#include "deploy/runtime/name_map.h"

namespace sinew::deploy {
namespace {

constexpr double kLongestPeriod = 10;  // [s]
constexpr double kDampingSpeed = 10;   // at which the default damping reaches the limit [rad/s]
constexpr double kDefaultAgePeriods = 3;
constexpr double kLargestTorque = 1e9;  // [N·m]: float32 and sums of two are far from their ends

std::vector<std::string> ObservationNames(const spec::Contract& contract) {
  std::vector<std::string> names;
  for (const auto& element : contract.observation) names.push_back(element.name);
  return names;
}

std::vector<std::string> JointNames(const spec::Contract& contract) {
  std::vector<std::string> names;
  for (const auto& element : contract.action) names.push_back(element.name());
  return names;
}

const std::vector<std::string>& FirstFilled(const std::vector<std::string>& a,
                                            const std::vector<std::string>& b) {
  return a.empty() ? b : a;
}

double Checked(const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return value;
  throw UserError(fmt::format("{} = {:g}, expected {:g} to {:g}", name, value, low, high));
}

void CheckPerJoint(const char* name, const std::vector<double>& values, size_t joints) {
  if (values.empty()) return;
  if (values.size() != joints) {
    throw UserError(fmt::format("{} has {} values, expected {}", name, values.size(), joints));
  }
  for (const double value : values) {
    if (value > 0 && std::isfinite(value)) continue;
    throw UserError(fmt::format("{} = {:g}, expected > 0", name, value));
  }
}

// the policy's observation that is the joint's velocity; -1 where there is none
int VelocityElement(const std::vector<std::string>& observations, const std::string& joint,
                    const std::string* given) {
  if (given && given->empty()) return -1;
  const std::string name = given ? *given : "velocity_" + joint;
  const auto found = std::ranges::find(observations, name);
  if (found != observations.end()) return static_cast<int>(found - observations.begin());
  if (!given) return -1;
  throw UserError("the velocity of joint '" + joint +
                  "': " + UnknownName("observation", name, observations));
}

// the policy's observation that is the joint's position, by the names that tasks give it
int PositionElement(const std::vector<std::string>& observations, const std::string& joint) {
  for (const char* what : {"angle_", "position_", "q_"}) {
    const auto found = std::ranges::find(observations, what + joint);
    if (found != observations.end()) return static_cast<int>(found - observations.begin());
  }
  return -1;
}

GateCommand CommandOf(const spec::ActionElement& element) {
  if (element.law != spec::ServoLaw::kModel) return GateCommand::kTorque;
  return element.kind == spec::ActionKind::kPosition ? GateCommand::kPosition
                                                     : GateCommand::kVelocity;
}

// a law of ours needs the joint's state in every step
void CheckLaw(const spec::ActionElement& element, const GateJoint& joint) {
  if (element.law != spec::ServoLaw::kController) return;
  const bool position = element.kind == spec::ActionKind::kPosition;
  if (joint.velocity >= 0 && (joint.position >= 0 || !position)) return;
  throw UserError(fmt::format(
      "the servo law of joint '{0}' needs the observations {1}velocity_{0}, which the policy does "
      "not take: run the law in the drive, or train with them",
      element.joint, position ? "angle_" + element.joint + " and " : ""));
}

}  // namespace

Runtime::Runtime(const policy::PolicyGraph& artifact, const RuntimeOptions& options,
                 std::string hash)
    : joints_(artifact.contract.action),
      observation_names_(
          FirstFilled(options.observation_names, ObservationNames(artifact.contract))),
      joint_names_(FirstFilled(options.joint_names, JointNames(artifact.contract))),
      observation_map_(MapNames("observation", ObservationNames(artifact.contract),
                                options.observation_names, /*subset=*/true)),
      joint_map_(MapNames("joint", JointNames(artifact.contract), options.joint_names,
                          /*subset=*/false)),
      control_period_(Checked("the policy's control period", artifact.contract.control_dt, 1e-6,
                              kLongestPeriod)),
      policy_hash_(std::move(hash)),
      task_(artifact.contract.task),
      policy_(policy::MakeArtifactPolicy(artifact)),
      gate_(MakeGateOptions(artifact.contract, options)),
      observation_(artifact.contract.observation.size()),
      action_(joints_.size()),
      command_(joints_.size()),
      torque_(joints_.size()) {
  for (const spec::ActionElement& element : joints_)
    runs_law_ |= element.law == spec::ServoLaw::kController;
}

GateOptions Runtime::MakeGateOptions(const spec::Contract& contract,
                                     const RuntimeOptions& options) const {
  CheckPerJoint("torque_limit", options.torque_limit, joints_.size());
  CheckPerJoint("torque_rate", options.torque_rate, joints_.size());
  CheckPerJoint("damping", options.damping, joints_.size());
  if (options.velocity_names && options.velocity_names->size() != joints_.size()) {
    throw UserError(fmt::format("velocity_names has {} values, expected {}",
                                options.velocity_names->size(), joints_.size()));
  }
  GateOptions gate;
  gate.control_period = control_period_;
  gate.max_age = Checked("max_age", options.max_age, 0, 1e6);
  if (gate.max_age == 0) gate.max_age = kDefaultAgePeriods * control_period_;
  gate.max_range_score = Checked("max_range_score", options.max_range_score, 0, INFINITY);
  gate.soft_start = Checked("soft_start", options.soft_start, 0, 1e6);
  gate.latched = options.latched;
  for (const auto& element : contract.observation) {
    gate.ranges.push_back({element.training_low, element.training_high});
  }
  const std::vector<std::string> observations = ObservationNames(contract);
  for (size_t i = 0; i < joints_.size(); ++i) {
    const spec::ActionElement& element = joints_[i];
    const auto at = static_cast<size_t>(joint_map_[i]);
    const GateCommand command = CommandOf(element);
    const bool torque = command == GateCommand::kTorque;
    const double a = torque ? element.torque_low : element.low();
    const double b = torque ? element.torque_high : element.high();
    for (const double limit : {a, b})
      Checked("a limit of the policy", limit, -kLargestTorque, kLargestTorque);
    // a negative gear turns the limits of an older contract round
    GateJoint joint{std::min(a, b), std::max(a, b)};
    joint.command = command;
    joint.position = PositionElement(observations, element.joint);
    if (!options.torque_limit.empty() && !torque) {
      throw UserError(
          fmt::format("torque_limit goes with torques, and joint '{}' is given targets: "
                      "limit the torque in the drive",
                      element.name()));
    }
    if (!options.torque_limit.empty()) {
      const double limit = options.torque_limit[at];
      joint.torque_low = std::clamp(joint.torque_low, -limit, limit);
      joint.torque_high = std::clamp(joint.torque_high, -limit, limit);
    }
    if (!options.torque_rate.empty()) joint.rate = options.torque_rate[at];
    joint.damping =
        options.damping.empty()
            ? std::max(std::abs(joint.torque_low), std::abs(joint.torque_high)) / kDampingSpeed
            : options.damping[at];
    joint.velocity =
        VelocityElement(observations, element.joint,
                        options.velocity_names ? &(*options.velocity_names)[at] : nullptr);
    CheckLaw(element, joint);
    gate.joints.push_back(joint);
  }
  return gate;
}

sinew_status Runtime::Step(std::span<const float> observation, int64_t stamp_ns, int64_t now_ns,
                           std::span<float> torque) {
  for (size_t i = 0; i < observation_.size(); ++i) {
    observation_[i] = observation[observation_map_[i]];
  }
  if (gate_.Admit(observation_, stamp_ns, now_ns)) {
    Ask();
  } else if (runs_law_ && has_command_ && !gate_.in_emergency()) {
    RunLaws();
  }
  const sinew_status status = gate_.Release(torque_);
  begins_ |= status == SINEW_EMERGENCY;  // the soft start follows
  for (size_t i = 0; i < torque_.size(); ++i) {
    torque[joint_map_[i]] = static_cast<float>(torque_[i]);
  }
  report_ = gate_.report();
  if (report_.range_element >= 0) {
    report_.range_element = observation_map_[report_.range_element];
  }
  return status;
}

void Runtime::Ask() {
  if (begins_) policy_->Reset(0);
  begins_ = false;
  policy_->Act(observation_, action_);
  for (size_t i = 0; i < torque_.size(); ++i) {
    const spec::ActionElement& element = joints_[i];
    command_[i] = element.CommandOfAction(static_cast<double>(action_[i]));
    if (element.increment) command_[i] += observation_[gate_.joint(i).position];
  }
  has_command_ = true;
  RunLaws();
}

// The laws run at the loop's own rate, on the newest observation; other commands are themselves.
void Runtime::RunLaws() {
  for (size_t i = 0; i < torque_.size(); ++i) {
    const spec::ActionElement& element = joints_[i];
    torque_[i] = command_[i];
    if (element.law != spec::ServoLaw::kController) continue;
    const GateJoint& joint = gate_.joint(i);
    const double position = joint.position >= 0 ? observation_[joint.position] : 0;
    // a command that is no number stays one, for the gate to see
    if (std::isfinite(command_[i]))
      torque_[i] = element.Torque(command_[i], position, observation_[joint.velocity]);
  }
  gate_.Propose(torque_);
}

}  // namespace sinew::deploy
