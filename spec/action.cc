#include "spec/action.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"

namespace sinew::spec {
namespace {

constexpr std::array kKinds{ActionKind::kTorque, ActionKind::kForce, ActionKind::kPosition,
                            ActionKind::kVelocity, ActionKind::kControl};
constexpr std::array kLaws{ServoLaw::kNone, ServoLaw::kModel, ServoLaw::kController};

// `value` in the range from a at `from_a` to b at `from_b`
double Mapped(double value, double from_a, double from_b, double a, double b) {
  return from_a == from_b ? a : a + (value - from_a) / (from_b - from_a) * (b - a);
}

std::string LawText(const ActionElement& element) {
  const char* v = element.linear ? "m/s" : "rad/s";
  const char* t = element.torque_unit();
  if (element.kind == ActionKind::kVelocity) {
    return fmt::format("{:.6g} {}/({}) times (target - velocity)", element.kd, t, v);
  }
  return fmt::format("{:.6g} {}/{} times (target - position) - {:.6g} {}/({}) times velocity",
                     element.kp, t, element.linear ? "m" : "rad", element.kd, t, v);
}

}  // namespace

const char* ToText(ActionKind kind) {
  constexpr std::array texts{"torque", "force", "position", "velocity", "control"};
  return texts[static_cast<size_t>(kind)];
}

std::optional<ActionKind> ActionKindOf(std::string_view text) {
  const auto found =
      std::ranges::find_if(kKinds, [text](ActionKind kind) { return text == ToText(kind); });
  if (found == kKinds.end()) return {};
  return *found;
}

const char* ToText(ServoLaw law) {
  constexpr std::array texts{"none", "model", "controller"};
  return texts[static_cast<size_t>(law)];
}

std::optional<ServoLaw> ServoLawOf(std::string_view text) {
  const auto found =
      std::ranges::find_if(kLaws, [text](ServoLaw law) { return text == ToText(law); });
  if (found == kLaws.end()) return {};
  return *found;
}

const char* ActionElement::unit() const {
  switch (kind) {
    case ActionKind::kTorque:
      return "N·m";
    case ActionKind::kForce:
      return "N";
    case ActionKind::kPosition:
      return linear ? "m" : "rad";
    case ActionKind::kVelocity:
      return linear ? "m/s" : "rad/s";
    case ActionKind::kControl:
      break;
  }
  return "1";
}

const char* ActionElement::torque_unit() const {
  if (kind == ActionKind::kControl) return "1";
  return kind == ActionKind::kForce || (is_servo() && linear) ? "N" : "N·m";
}

double ActionElement::CommandOfControl(double ctrl) const {
  return Mapped(ctrl, ctrl_low, ctrl_high, low(), high());
}

double ActionElement::ControlOfTorque(double torque) const {
  return Mapped(torque, torque_low, torque_high, ctrl_low, ctrl_high);
}

namespace {

// What a driven joint gets is its arm times what the tendon or the gear gives.
void NarrowDriven(const ActionElement& element, DrivenJoint* driven) {
  const double a = driven->arm * element.torque_low, b = driven->arm * element.torque_high;
  driven->torque_low = std::min(a, b);
  driven->torque_high = std::max(a, b);
}

// Where the torque is not in proportion to the control, or cannot be zero, its limits are a share
// of what they were as far as the actuator can give that.
void NarrowWithin(double share, ActionElement* element) {
  const ActionElement before = *element;
  const auto [least, most] = std::minmax(before.torque_low, before.torque_high);
  element->torque_low = std::clamp(share * before.torque_low, least, most);
  element->torque_high = std::clamp(share * before.torque_high, least, most);
  if (element->torque_low == element->torque_high) {
    throw UserError(
        fmt::format("torque_scale = {:g} leaves '{}' nothing to command: it gives {:g} to {:g} {}, "
                    "never less; write a larger share",
                    share, before.name(), least, most, before.torque_unit()));
  }
  element->ctrl_low = before.ControlOfTorque(element->torque_low);
  element->ctrl_high = before.ControlOfTorque(element->torque_high);
  for (DrivenJoint& driven : element->joints) NarrowDriven(*element, &driven);
}

}  // namespace

void ActionElement::ScaleRange(double share) {
  if (!is_servo()) {
    const bool through_zero = torque_low * torque_high <= 0;
    const double off = torque_low * ctrl_high - torque_high * ctrl_low;
    const double size = std::abs(torque_low * ctrl_high) + std::abs(torque_high * ctrl_low);
    if (!through_zero || std::abs(off) > 1e-12 * size) return NarrowWithin(share, this);
    for (double* limit : {&ctrl_low, &ctrl_high, &torque_low, &torque_high}) *limit *= share;
    for (DrivenJoint& driven : joints) {
      driven.torque_low *= share;
      driven.torque_high *= share;
    }
    return;
  }
  const auto narrow = [share](double* a, double* b) {
    const double middle = 0.5 * (*a + *b), half = 0.5 * share * (*b - *a);
    *a = middle - half;
    *b = middle + half;
  };
  if (share == 1) return;
  narrow(&ctrl_low, &ctrl_high);
  narrow(&target_low, &target_high);
}

double ActionElement::Torque(double command, double position, double velocity) const {
  double torque = command;
  if (kind == ActionKind::kPosition) torque = kp * (command - position) - kd * velocity;
  if (kind == ActionKind::kVelocity) torque = kd * (command - velocity);
  return std::clamp(torque, std::min(torque_low, torque_high), std::max(torque_low, torque_high));
}

const char* CommandWord(std::span<const ActionElement> action) {
  const auto servos = std::ranges::count_if(action, &ActionElement::is_servo);
  if (servos == 0) return "torque";
  return servos == std::ssize(action) ? "target" : "command";
}

std::string CommandUnit(std::span<const ActionElement> action) {
  if (action.empty()) return "N·m";
  const std::string_view unit = action.front().unit();
  const bool one = std::ranges::all_of(
      action, [unit](const ActionElement& element) { return unit == element.unit(); });
  return one ? std::string(unit) : "the units of the table";
}

std::string Describe(const ActionElement& element) {
  std::string text =
      fmt::format("{}: {}, {:.6g} to {:.6g} {}", element.name(), ToText(element.kind),
                  element.low(), element.high(), element.unit());
  if (element.is_servo()) {
    text += fmt::format(", which gives {:.6g} to {:.6g} {}: {}", element.torque_low,
                        element.torque_high, element.torque_unit(), LawText(element));
  }
  if (!element.tendon) return text;
  for (const DrivenJoint& joint : element.joints) {
    text += fmt::format("; {} {:.6g} to {:.6g} {}", joint.joint, joint.torque_low,
                        joint.torque_high, joint.linear ? "N" : "N·m");
  }
  return text;
}

}  // namespace sinew::spec
