#include "sim/action_interface.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "sim/actuation/actuators.h"
#include "sim/engine/engine.h"
#include "sim/servos.h"

namespace sinew::sim {
namespace {

using spec::ActionElement;
using spec::ActionKind;

constexpr double kFullTorqueError = 0.5;  // [rad], on slides without a range [m]
constexpr double kRangeShare = 0.25;      // of a slide's range
// of what an explicit step bears: kd dt / inertia of 1 reverses a velocity
constexpr double kDampingShare = 0.4;

double Entry(const std::vector<double>& list, size_t i, double otherwise) {
  if (list.empty()) return otherwise;
  return list.size() == 1 ? list[0] : list[i];
}

void CheckList(const char* name, const std::vector<double>& list, size_t joints) {
  if (list.size() <= 1 || list.size() == joints) return;
  throw UserError(
      fmt::format("task.{} has {} values, expected 1 or {}", name, list.size(), joints));
}

// What a pose says of an element's joint.
struct JointFacts {
  double position = 0, inertia = 1;
  double low = 0, high = 0;  // its range
  bool limited = false;
};

JointFacts FactsOf(const ActionElement& element, const Simulation& pose,
                   const std::vector<mjtNum>& inertia) {
  const mjModel* m = pose.model();
  JointFacts facts;
  facts.position = DrivenState(element, m).Position(pose.data());
  double felt = 0;
  for (const spec::DrivenJoint& joint : element.joints) {
    for (int j = 0; j < m->njnt; ++j) {
      if (JointName(m, j) != joint.joint) continue;
      const auto dof = static_cast<size_t>(m->jnt_dofadr[j] + joint.component);
      // several joints: the least that the torque can feel
      felt += joint.arm * joint.arm / inertia[dof * (static_cast<size_t>(m->nv) + 1)];
      if (element.joints.size() > 1 || !m->jnt_limited[j] || m->jnt_type[j] == mjJNT_BALL) continue;
      const double a = joint.arm * m->jnt_range[2 * j], b = joint.arm * m->jnt_range[2 * j + 1];
      facts.limited = true;
      facts.low = std::min(a, b);
      facts.high = std::max(a, b);
    }
  }
  if (felt > 0) facts.inertia = 1 / felt;
  return facts;
}

void Limit(double limit, ActionElement* element) {
  const double low = std::clamp(element->torque_low, -limit, limit);
  const double high = std::clamp(element->torque_high, -limit, limit);
  if (!(low < high)) throw UserError("task.action_limit leaves no torque");
  const double ctrl_low = element->ControlOfTorque(low), ctrl_high = element->ControlOfTorque(high);
  element->torque_low = low;
  element->torque_high = high;
  element->ctrl_low = ctrl_low;
  element->ctrl_high = ctrl_high;
  for (spec::DrivenJoint& joint : element->joints) {
    const double a = joint.arm * low, b = joint.arm * high;
    joint.torque_low = std::max(joint.torque_low, std::min(a, b));
    joint.torque_high = std::min(joint.torque_high, std::max(a, b));
  }
}

double Largest(const ActionElement& element) {
  return std::max(std::abs(element.torque_low), std::abs(element.torque_high));
}

void MakePosition(const ActionInterface& options, const JointFacts& facts, double timestep,
                  size_t i, ActionElement* element) {
  element->kind = ActionKind::kPosition;
  element->increment = options.target == "increment";
  if (element->increment) {
    const double scale = options.scale > 0 ? options.scale : element->linear ? 0.05 : 0.1;
    element->target_low = -scale;
    element->target_high = scale;
  } else {
    const double half = element->linear ? 1 : std::numbers::pi;
    const bool range = options.scale == 0 && facts.limited;
    const double scale = options.scale > 0 ? options.scale : half;
    element->target_low = range ? facts.low : facts.position - scale;
    element->target_high = range ? facts.high : facts.position + scale;
    if (facts.limited) {
      element->target_low = std::clamp(element->target_low, facts.low, facts.high);
      element->target_high = std::clamp(element->target_high, facts.low, facts.high);
    }
    if (!(element->target_low < element->target_high))
      throw UserError(fmt::format("the pose of '{}' lies outside of its range", element->name()));
  }
  const double error =
      element->linear && facts.limited ? kRangeShare * (facts.high - facts.low) : kFullTorqueError;
  const double stiffest =
      facts.inertia * std::pow(0.5 * kDampingShare / timestep, 2);  // kd = 2 sqrt(kp inertia)
  element->kp = Entry(options.kp, i, std::min(Largest(*element) / error, stiffest));
  element->kd = Entry(options.kd, i, 2 * std::sqrt(element->kp * facts.inertia));
}

void MakeVelocity(const ActionInterface& options, const JointFacts& facts, double timestep,
                  size_t i, ActionElement* element) {
  element->kind = ActionKind::kVelocity;
  const double scale = options.scale > 0 ? options.scale : element->linear ? 1 : 5;
  element->target_low = -scale;
  element->target_high = scale;
  element->kp = 0;
  element->kd =
      Entry(options.kd, i,
            std::min(Largest(*element) / (0.5 * scale), kDampingShare * facts.inertia / timestep));
}

}  // namespace

void ActionInterface::Describe(OptionTable& table) {
  table.Add("action", &action, {"torque", "position", "velocity"},
            "what an action commands: the model's actuators as they are, or the target of a servo "
            "law that turns it into their torque");
  table.Add("action_target", &target, {"pose", "increment"},
            "a position's target is about the start pose, or beyond the present position");
  table.Add("action_scale", &scale, {0, 1e3},
            "an action of 1 is so far from the pose, of an increment, of a speed; 0: the joint's "
            "range, 0.1 rad (0.05 m), 5 rad/s (1 m/s)",
            "rad or m, or per s");
  table.Add("action_kp", &kp, {0, 1e6},
            "stiffness of the law, one number or one a joint; empty: from torque and inertia",
            "N·m/rad");
  table.Add("action_kd", &kd, {0, 1e6},
            "damping of the law, one number or one a joint; empty: critical", "N·m·s/rad");
  table.Add("action_limit", &limit, {0, 1e9},
            "of the law's torque, one number or one a joint; empty: the model's", "N·m");
}

void ApplyActionInterface(const ActionInterface& options, const Simulation& pose,
                          std::vector<ActionElement>* action) {
  if (!options.enabled()) return;
  CheckList("action_kp", options.kp, action->size());
  CheckList("action_kd", options.kd, action->size());
  CheckList("action_limit", options.limit, action->size());
  const mjModel* m = pose.model();
  std::vector<mjtNum> inertia(static_cast<size_t>(m->nv) * m->nv);
  engine::FullMassMatrix(m, pose.data(), inertia.data());
  for (size_t i = 0; i < action->size(); ++i) {
    ActionElement& element = (*action)[i];
    if (element.is_servo()) {
      const bool same = ToText(element.kind) == options.action && options.target == "pose";
      if (same) continue;
      throw UserError(fmt::format(
          "task.action = \"{}\", and actuator '{}' is a {} servo of the model: write a motor in "
          "its place, or leave task.action out",
          options.action, element.actuator, ToText(element.kind)));
    }
    const JointFacts facts = FactsOf(element, pose, inertia);
    if (!options.limit.empty()) Limit(Entry(options.limit, i, 0), &element);
    element.law = spec::ServoLaw::kController;
    // a drive along a slide stays one
    element.linear = element.kind == ActionKind::kForce;
    if (options.action == "position") {
      MakePosition(options, facts, m->opt.timestep, i, &element);
    } else {
      MakeVelocity(options, facts, m->opt.timestep, i, &element);
    }
  }
}

}  // namespace sinew::sim
