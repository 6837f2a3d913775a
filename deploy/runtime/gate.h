#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "deploy/runtime/sinew_runtime.h"

namespace sinew::deploy {

/// What leaves for a joint: a torque, or the target of a servo that the drive runs.
enum class GateCommand { kTorque, kPosition, kVelocity };

/// Limits of one joint, as the gate enforces them.
struct GateJoint {
  double torque_low = 0, torque_high = 0;                 // of the command [N·m; rad; rad/s]
  double rate = std::numeric_limits<double>::infinity();  // [the same/s]
  double damping = 0;                                     // [N·m·s/rad]
  int velocity = -1;                                      // observation element, -1: not known
  GateCommand command = GateCommand::kTorque;
  int position = -1;  // observation element, -1: not known
};

struct GateOptions {
  std::vector<GateJoint> joints;
  /// Range of each observation seen in training; NaN where it was not recorded.
  struct Range {
    double low = 0, high = 0;
  };
  std::vector<Range> ranges;
  double control_period = 0;   // [s]
  double max_age = 0;          // [s]
  double max_range_score = 1;  // see SafetyGate::report
  double soft_start = 0;       // [s]
  uint32_t latched = 0;        // trips that last until Start, besides ACTION and STOP
};

/// Stands between a policy and the drives. A step is three calls:
///
///     if (gate.Admit(observation, stamp, now)) gate.Propose(policy(observation));
///     status = gate.Release(torque);
///
/// Trips that are emergencies replace the policy's torque by -damping * velocity, where the
/// velocity is known and fresh, and by zero elsewhere. A position's target is held where it was,
/// and a speed becomes zero. When the last one is over, the soft start begins anew. Limits hold for
/// every torque that leaves, the damping one too. Joints and observations are in the policy's
/// order. Allocates in the constructor only.
class SafetyGate {
 public:
  explicit SafetyGate(GateOptions options);

  /// Clears latched trips and the held torque; the soft start begins with the next step.
  void Start();
  /// Emergency until Start.
  void Stop();

  /// Begins a step. @return whether the policy is to be asked: the observation is new, sound, and a
  /// control period has passed.
  bool Admit(std::span<const float> observation, int64_t stamp_ns, int64_t now_ns);
  /// The policy's torque [N·m], held until the next one.
  void Propose(std::span<const double> torque);
  /// Ends the step. @param torque  [joints], written: finite and within the limits.
  sinew_status Release(std::span<double> torque);

  /// Of the last step. The range score is the largest over the observations of: distance from the
  /// training range by the range's width (by a tenth of its larger end, or 0.001, where the width
  /// is below that: an element that never changed in training).
  const sinew_report& report() const { return report_; }
  /// Whether the policy is not obeyed in this step.
  bool in_emergency() const { return emergency(); }
  const GateJoint& joint(size_t i) const { return options_.joints[i]; }
  uint64_t count(sinew_trip trip) const { return counts_[trip]; }

 private:
  void Trip(sinew_trip trip) { report_.trips |= 1u << trip; }
  void CheckObservation(std::span<const float> observation);
  void BeginWhereJointsAre();
  void CheckAge(int64_t stamp_ns, int64_t now_ns);
  bool Due(int64_t stamp_ns);
  bool emergency() const;
  double SoftStartFactor();
  double Safe(size_t i) const;
  double Wanted(size_t i) const;
  double Damping(const GateJoint& joint) const;
  double Limit(const GateJoint& joint, double torque, double previous);

  GateOptions options_;
  sinew_report report_{};
  std::array<uint64_t, SINEW_TRIP_COUNT> counts_{};
  uint32_t latched_ = 0;
  std::vector<float> observation_;
  std::vector<double> held_, output_;  // policy's torque; torque that left last [N·m]

  bool fresh_start_ = true;     // no step yet since Start
  bool has_output_ = false;     // a target has left, or the place to begin at is known
  bool has_proposal_ = false;   // held_ means something
  bool was_emergency_ = false;  // in the step before
  bool has_stamp_ = false;      // last_stamp_ means something
  bool has_due_ = false;        // the policy has been asked since Start
  int64_t last_stamp_ = 0, last_now_ = 0, due_ = 0, last_asked_ = 0, soft_start_begin_ = 0;
  double elapsed_ = 0;  // since the step before [s]
};

}  // namespace sinew::deploy
