#include "deploy/runtime/gate.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sinew::deploy {
namespace {

constexpr double kNarrowest = 1e-3;  // of a range that is no point
constexpr uint32_t kEmergencies = 1u << SINEW_TRIP_OBSERVATION | 1u << SINEW_TRIP_ACTION |
                                  1u << SINEW_TRIP_STALE | 1u << SINEW_TRIP_OUT_OF_RANGE |
                                  1u << SINEW_TRIP_STOP;
constexpr uint32_t kLimits =
    1u << SINEW_TRIP_TORQUE_LIMIT | 1u << SINEW_TRIP_TORQUE_RATE | 1u << SINEW_TRIP_SOFT_START;
constexpr uint32_t kAlwaysLatched = 1u << SINEW_TRIP_ACTION | 1u << SINEW_TRIP_STOP;

// stamps may be any number, so that no difference of integers is safe
double Seconds(int64_t from_ns, int64_t to_ns) {
  return (static_cast<double>(to_ns) - static_cast<double>(from_ns)) * 1e-9;
}

// a distance in units of the range; 0 within it, or where it is not known
double Outside(double value, const GateOptions::Range& range) {
  const double beyond = std::max(value - range.high, range.low - value);
  if (!(beyond > 0)) return 0;
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  return beyond / std::max({range.high - range.low, 0.1 * largest, kNarrowest});
}

}  // namespace

SafetyGate::SafetyGate(GateOptions options)
    : options_(std::move(options)),
      observation_(options_.ranges.size()),
      held_(options_.joints.size()),
      output_(options_.joints.size()) {
  options_.latched |= kAlwaysLatched;
}

void SafetyGate::Start() {
  latched_ = 0;
  std::ranges::fill(held_, 0.0);
  std::ranges::fill(output_, 0.0);
  fresh_start_ = true;
  has_proposal_ = has_output_ = false;
  was_emergency_ = has_stamp_ = has_due_ = false;
}

void SafetyGate::Stop() { latched_ |= 1u << SINEW_TRIP_STOP; }

bool SafetyGate::Admit(std::span<const float> observation, int64_t stamp_ns, int64_t now_ns) {
  report_ = {};
  report_.range_element = -1;
  if (fresh_start_) soft_start_begin_ = last_now_ = now_ns;
  fresh_start_ = false;
  elapsed_ = std::max(Seconds(last_now_, now_ns), 0.0);
  last_now_ = now_ns;
  CheckAge(stamp_ns, now_ns);
  CheckObservation(observation);
  BeginWhereJointsAre();
  if (emergency() || !Due(stamp_ns)) return false;
  report_.asked = 1;
  return true;
}

// the targets to hold before the first of the policy's own
void SafetyGate::BeginWhereJointsAre() {
  if (has_output_) return;
  for (size_t i = 0; i < output_.size(); ++i) {
    const GateJoint& joint = options_.joints[i];
    if (joint.command != GateCommand::kPosition || joint.position < 0) continue;
    if (!std::isfinite(observation_[joint.position])) return;
    output_[i] = observation_[joint.position];
  }
  has_output_ = true;
}

void SafetyGate::CheckAge(int64_t stamp_ns, int64_t now_ns) {
  const double age = Seconds(stamp_ns, now_ns);
  report_.age = std::max(age, 0.0);
  // from the future by as much: the two clocks are not one
  if (std::abs(age) > options_.max_age) Trip(SINEW_TRIP_STALE);
}

void SafetyGate::CheckObservation(std::span<const float> observation) {
  std::ranges::copy(observation, observation_.begin());
  for (size_t i = 0; i < observation.size(); ++i) {
    if (!std::isfinite(observation[i])) {
      Trip(SINEW_TRIP_OBSERVATION);
      continue;
    }
    const double score = Outside(observation[i], options_.ranges[i]);
    if (score <= report_.range_score) continue;
    report_.range_score = score;
    report_.range_element = static_cast<int>(i);
  }
  if (report_.range_score > options_.max_range_score) Trip(SINEW_TRIP_OUT_OF_RANGE);
}

// The policy is asked at its own period, whatever the loop's rate is: at the observation nearest to
// the due time, and at each one where they come at about the control period by themselves.
bool SafetyGate::Due(int64_t stamp_ns) {
  if (has_stamp_ && stamp_ns == last_stamp_) return false;
  const double spacing = has_stamp_ ? Seconds(last_stamp_, stamp_ns) : 0;
  last_stamp_ = stamp_ns;
  has_stamp_ = true;
  const double period = options_.control_period;
  if (has_due_) {
    const double wait = Seconds(stamp_ns, due_);
    if (spacing >= 0 && spacing < 0.75 * period && wait > spacing / 2) return false;
    const double since = Seconds(last_asked_, stamp_ns);
    if (since < 0.5 * period || since > 1.5 * period) Trip(SINEW_TRIP_PERIOD);
  }
  // keeps its phase unless that is lost
  const auto period_ns = static_cast<int64_t>(period * 1e9);
  const bool in_phase =
      has_due_ && spacing < 0.75 * period && std::abs(Seconds(due_, stamp_ns)) < period / 2;
  __builtin_add_overflow(in_phase ? due_ : stamp_ns, period_ns, &due_);
  last_asked_ = stamp_ns;
  has_due_ = true;
  return true;
}

void SafetyGate::Propose(std::span<const double> torque) {
  const bool finite = std::ranges::all_of(torque, [](double t) { return std::isfinite(t); });
  if (finite) {
    std::ranges::copy(torque, held_.begin());
    has_proposal_ = true;
  } else {
    Trip(SINEW_TRIP_ACTION);
  }
}

bool SafetyGate::emergency() const { return ((report_.trips | latched_) & kEmergencies) != 0; }

double SafetyGate::Damping(const GateJoint& joint) const {
  const bool known = joint.velocity >= 0 && !(report_.trips & 1u << SINEW_TRIP_STALE) &&
                     std::isfinite(observation_[joint.velocity]);
  return known ? -joint.damping * observation_[joint.velocity] : 0;
}

// what a joint is given while the policy is not obeyed
double SafetyGate::Safe(size_t i) const {
  const GateJoint& joint = options_.joints[i];
  if (joint.command == GateCommand::kTorque) return Damping(joint);
  return joint.command == GateCommand::kPosition ? output_[i] : 0;
}

double SafetyGate::Wanted(size_t i) const {
  if (options_.joints[i].command != GateCommand::kPosition) return report_.soft_start * held_[i];
  // a soft start goes from where the joint is to its target
  if (!has_proposal_) return output_[i];
  return output_[i] + report_.soft_start * (held_[i] - output_[i]);
}

double SafetyGate::SoftStartFactor() {
  const double since = Seconds(soft_start_begin_, last_now_);
  if (since >= options_.soft_start) return 1;
  Trip(SINEW_TRIP_SOFT_START);
  return std::max(since, 0.0) / options_.soft_start;
}

double SafetyGate::Limit(const GateJoint& joint, double torque, double previous) {
  const double step = joint.rate * elapsed_;
  // infinity * 0, in the first step without a rate
  const double reach = std::isnan(step) ? joint.rate : step;
  const double limited = std::clamp(torque, joint.torque_low, joint.torque_high);
  if (limited != torque) Trip(SINEW_TRIP_TORQUE_LIMIT);
  const double reached = std::clamp(limited, previous - reach, previous + reach);
  if (reached != limited) Trip(SINEW_TRIP_TORQUE_RATE);
  return reached;
}

sinew_status SafetyGate::Release(std::span<double> torque) {
  const bool now_emergency = emergency();
  if (was_emergency_ && !now_emergency) soft_start_begin_ = last_now_;
  was_emergency_ = now_emergency;
  // what is held must not come back after the emergency
  if (now_emergency) std::ranges::fill(held_, 0.0);
  if (now_emergency) has_proposal_ = false;
  if (now_emergency) has_due_ = false;
  report_.soft_start = now_emergency ? 1 : SoftStartFactor();
  for (size_t i = 0; i < torque.size(); ++i) {
    const GateJoint& joint = options_.joints[i];
    const double wanted = now_emergency ? Safe(i) : Wanted(i);
    torque[i] = output_[i] = Limit(joint, wanted, output_[i]);
  }
  latched_ |= report_.trips & options_.latched & kEmergencies;
  report_.trips |= latched_;
  for (int trip = 0; trip < SINEW_TRIP_COUNT; ++trip) counts_[trip] += report_.trips >> trip & 1;
  if (now_emergency) return SINEW_EMERGENCY;
  return report_.trips & kLimits ? SINEW_LIMITED : SINEW_OK;
}

}  // namespace sinew::deploy
