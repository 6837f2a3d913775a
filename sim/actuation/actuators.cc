#include "sim/actuation/actuators.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "sim/actuation/transmission.h"

namespace sinew::sim {
namespace {

using spec::ActionElement;
using spec::ActionKind;
using spec::ServoLaw;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Range {
  double low = -kInfinity, high = kInfinity;
  bool empty() const { return !(low < high); }
  bool finite() const { return std::isfinite(low) && std::isfinite(high); }
};

Range Common(Range a, Range b) { return {std::max(a.low, b.low), std::min(a.high, b.high)}; }
// of all x * factor
Range Times(Range r, double factor) {
  // + 0.0: no negative zero
  const double a = r.low * factor + 0.0, b = r.high * factor + 0.0;
  return {std::min(a, b), std::max(a, b)};
}
// of all x for which gain * x + offset is in the range
Range Inverse(Range r, double gain, double offset) {
  return Times({r.low - offset, r.high - offset}, 1 / gain);
}

Range ForceRange(const mjModel* m, int i) {
  if (!m->actuator_forcelimited[i]) return {};
  return {m->actuator_forcerange[2 * i], m->actuator_forcerange[2 * i + 1]};
}

// force = gain * ctrl + offset + by_length * length + by_velocity * velocity
struct Law {
  double gain = 1, offset = 0, by_length = 0, by_velocity = 0;
  bool is_servo() const { return by_length != 0 || by_velocity != 0; }
};

std::string Activation(const mjModel* m, int i) {
  const int type = m->actuator_dyntype[i];
  if (type == mjDYN_NONE) return "";
  if (type == mjDYN_MUSCLE || m->actuator_gaintype[i] == mjGAIN_MUSCLE ||
      m->actuator_biastype[i] == mjBIAS_MUSCLE)
    return "it is a muscle: write a motor, with the largest force as its ctrlrange";
  if (type == mjDYN_INTEGRATOR)
    return "its control is integrated (dyntype integrator, intvelocity): write a velocity or a "
           "position servo in its place";
  if (type == mjDYN_USER) return "its dynamics are the user's own (dyntype user): write a motor";
  return "its control is filtered (an activation state): leave out dyntype, dynprm and timeconst";
}

// @return  why the law cannot be said; empty if it can.
std::string ReadLaw(const mjModel* m, int i, Law* law) {
  const double* gain = m->actuator_gainprm + mjNGAIN * i;
  const double* bias = m->actuator_biasprm + mjNBIAS * i;
  const int gain_type = m->actuator_gaintype[i], bias_type = m->actuator_biastype[i];
  if (gain_type == mjGAIN_MUSCLE || bias_type == mjBIAS_MUSCLE)
    return "it is a muscle: write a motor, with the largest force as its ctrlrange";
  const bool affine_gain = gain_type == mjGAIN_AFFINE && (gain[1] != 0 || gain[2] != 0);
  if (affine_gain)
    return "its gain depends on position or velocity (a damper, gaintype affine): write "
           "gaintype=\"fixed\", and damping as the joint's own";
  if (gain_type != mjGAIN_FIXED && gain_type != mjGAIN_AFFINE)
    return "its gain is the user's own: write gaintype=\"fixed\"";
  if (bias_type != mjBIAS_NONE && bias_type != mjBIAS_AFFINE)
    return "its bias is the user's own: write biastype=\"affine\" or none";
  *law = {gain[0]};
  if (bias_type == mjBIAS_AFFINE) *law = {gain[0], bias[0], bias[1], bias[2]};
  if (law->gain == 0) return "its gain is 0, so that its control does nothing: write gainprm";
  if (law->by_length > 0 || law->by_velocity > 0)
    return "its bias pushes away from where it is: write a negative biasprm, as a servo has it";
  return "";
}

std::string SwitchedOff(const mjModel* m, int i) {
  if (m->opt.disableflags & mjDSBL_ACTUATION)
    return "the model switches actuation off: leave out <flag actuation=\"disable\"/>";
  return GroupSwitchedOff(m, m->actuator_group[i])
             ? "its group is switched off: leave out actuatorgroupdisable"
             : "";
}

// One actuator on its way to an element.
class Reader {
 public:
  Reader(const mjModel* m, int i) : m_(m), i_(i) {}

  std::string note;
  double unsaturated = 1;

  // @return  why it is refused; empty if the element is whole.
  std::string Read(ActionElement* out) {
    for (const auto step : {&Reader::CheckKind, &Reader::ReadRange, &Reader::Fill}) {
      const std::string why = (this->*step)(out);
      if (!why.empty()) return why;
    }
    FillJoints(out);
    return "";
  }

 private:
  std::string CheckKind(ActionElement*) {
    for (const std::string& why :
         {SwitchedOff(m_, i_), Activation(m_, i_), ReadTransmission(m_, i_, &transmission_),
          ReadLaw(m_, i_, &law_)}) {
      if (!why.empty()) return why;
    }
    if (law_.is_servo() && transmission_.free)
      return "it is a servo on a free joint, which has no position for it: write a motor";
    force_ = ForceRange(m_, i_);
    if (force_.empty()) return "its forcerange is empty: write forcerange=\"low high\"";
    const Range outer = TransmissionRange();
    torque_ = Common(Times(force_, transmission_.scale), outer);
    force_ = Common(force_, Times(outer, 1 / transmission_.scale));
    return torque_.empty() ? "its forcerange and that of its joint have nothing in common" : "";
  }

  // of what drives one hinge or slide, the joint's; of a tendon, the tendon's
  Range TransmissionRange() const {
    Range range;
    if (transmission_.tendon >= 0) {
      std::tie(range.low, range.high) = TendonForceRange(m_, transmission_.tendon);
    } else if (transmission_.scalar) {
      std::tie(range.low, range.high) = JointForceRange(m_, transmission_.drives[0].joint);
    }
    return range;
  }

  // the control in which force is gain * ctrl + offset, without its limits
  Range Unsaturated() const { return Inverse(force_, law_.gain, law_.offset); }

  std::string ReadRange(ActionElement*) {
    const double* given = m_->actuator_ctrlrange + 2 * i_;
    if (m_->actuator_ctrllimited[i_]) {
      ctrl_ = {given[0], given[1]};
      return ctrl_.empty() ? "its ctrlrange is empty: write ctrlrange=\"low high\"" : "";
    }
    ctrl_ = law_.is_servo() ? RangeOfJoint() : Unsaturated();
    if (ctrl_.finite() && !ctrl_.empty()) {
      note = fmt::format(
          "'{}' has no ctrlrange: {} stands in for it, as if it said "
          "ctrllimited=\"true\" ctrlrange=\"{:.6g} {:.6g}\"",
          ActuatorName(m_, i_), law_.is_servo() ? "its joint's range" : "its force range",
          ctrl_.low, ctrl_.high);
      return "";
    }
    return fmt::format(
        "it has no ctrlrange: write ctrllimited=\"true\" ctrlrange=\"low high\" [{}]",
        law_.is_servo() ? (law_.by_length != 0 ? "target" : "target speed")
                        : "control, times gear and gain the torque");
  }

  // of a position servo on one limited hinge or slide
  Range RangeOfJoint() const {
    if (law_.by_length == 0 || !transmission_.scalar) return {};
    const int joint = transmission_.drives[0].joint;
    if (!m_->jnt_limited[joint]) return {};
    const Range range{m_->jnt_range[2 * joint], m_->jnt_range[2 * joint + 1]};
    return Inverse(Times(range, -law_.by_length * transmission_.scale), law_.gain, law_.offset);
  }

  std::string Fill(ActionElement* out) {
    out->linear = transmission_.linear;
    out->tendon = transmission_.tendon >= 0;
    return law_.is_servo() ? FillServo(out) : FillTorque(out);
  }

  std::string FillTorque(ActionElement* out) {
    const Range useful = Common(ctrl_, Unsaturated());
    if (useful.empty()) {
      return fmt::format(
          "its force is at its limit over all of its ctrlrange {:.6g} to {:.6g}: "
          "write forcerange and ctrlrange that have something in common",
          ctrl_.low, ctrl_.high);
    }
    unsaturated = (useful.high - useful.low) / (ctrl_.high - ctrl_.low);
    out->kind = transmission_.linear ? ActionKind::kForce : ActionKind::kTorque;
    SetControls(out, useful, transmission_.scale * law_.gain < 0);
    out->torque_low = TorqueOf(out->ctrl_low);
    out->torque_high = TorqueOf(out->ctrl_high);
    return "";
  }

  double TorqueOf(double ctrl) const {
    const double force = std::clamp(law_.gain * ctrl + law_.offset, force_.low, force_.high);
    return std::clamp(transmission_.scale * force, torque_.low, torque_.high);
  }

  std::string FillServo(ActionElement* out) {
    const double scale = transmission_.scale;
    const bool position = law_.by_length != 0;
    const double stiffness = position ? -law_.by_length : -law_.by_velocity;
    out->kind = position ? ActionKind::kPosition : ActionKind::kVelocity;
    out->law = ServoLaw::kModel;
    out->kp = position ? stiffness * scale * scale : 0;
    out->kd = law_.by_velocity == 0 ? 0 : -law_.by_velocity * scale * scale;
    SetControls(out, ctrl_, scale * law_.gain < 0);
    const auto target = [&](double ctrl) {
      return (law_.gain * ctrl + law_.offset) / stiffness / scale;
    };
    out->target_low = target(out->ctrl_low);
    out->target_high = target(out->ctrl_high);
    out->torque_low = torque_.low;
    out->torque_high = torque_.high;
    return "";
  }

  static void SetControls(ActionElement* out, Range ctrl, bool reversed) {
    out->ctrl_low = reversed ? ctrl.high : ctrl.low;
    out->ctrl_high = reversed ? ctrl.low : ctrl.high;
  }

  void FillJoints(ActionElement* out) const {
    for (const Drive& drive : transmission_.drives) {
      const Range limits = Times({out->torque_low, out->torque_high}, drive.arm);
      const auto [low, high] = JointForceRange(m_, drive.joint);
      out->joints.push_back({JointName(m_, drive.joint), drive.component, drive.linear, drive.arm,
                             std::clamp(limits.low, low, high),
                             std::clamp(limits.high, low, high)});
    }
  }

  const mjModel* m_;
  int i_;
  Transmission transmission_;
  Law law_;
  Range force_, torque_;  // limits of the actuator, and of what comes of it at the joint
  Range ctrl_;
};

// where several actuators drive one joint its name is no name for each of them
void Label(std::vector<ActionElement>* action) {
  std::map<std::string, int> count;
  for (const ActionElement& element : *action) ++count[element.joint];
  for (ActionElement& element : *action) {
    if (count[element.joint] > 1) element.label = element.joint + "/" + element.actuator;
  }
}

// as much as can be said of what is refused
void FillControl(const mjModel* m, int i, ActionElement* out) {
  *out = {out->joint, -1, 1, -1, 1, out->actuator};
  out->kind = ActionKind::kControl;
  if (!m->actuator_ctrllimited[i]) return;
  out->ctrl_low = out->torque_low = m->actuator_ctrlrange[2 * i];
  out->ctrl_high = out->torque_high = m->actuator_ctrlrange[2 * i + 1];
}

}  // namespace

ActuatorReport DescribeActuators(const mjModel* m) {
  ActuatorReport report;
  for (int i = 0; i < m->nu; ++i) {
    Reader reader(m, i);
    ActionElement element;
    element.actuator = ActuatorName(m, i);
    element.joint = TransmissionName(m, i);
    const std::string why = reader.Read(&element);
    if (!why.empty()) {
      report.refused.push_back(fmt::format("'{}': {}", element.actuator, why));
      FillControl(m, i, &element);
    }
    if (!reader.note.empty() && why.empty()) report.notes.push_back(reader.note);
    report.unsaturated.push_back(reader.unsaturated);
    report.action.push_back(std::move(element));
  }
  Label(&report.action);
  return report;
}

}  // namespace sinew::sim
