#include "sim/servos.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "sim/actuation/actuators.h"

namespace sinew::sim {
namespace {

int FindJoint(const mjModel* m, const std::string& name) {
  for (int j = 0; j < m->njnt; ++j) {
    if (JointName(m, j) == name) return j;
  }
  throw Error(fmt::format("the model has no joint '{}'", name));
}

// torque by the actuator's force: its gear, or the length of it where it is an axis
double Scale(const mjModel* m, int actuator, const spec::ActionElement& element) {
  const double* gear = m->actuator_gear + 6 * actuator;
  if (element.joints.size() == 1 && !element.tendon) return gear[element.joints[0].component];
  if (element.tendon || element.joints.empty()) return gear[0];
  double square = 0;
  for (const spec::DrivenJoint& joint : element.joints)
    square += gear[joint.component] * gear[joint.component];
  return std::sqrt(square);
}

}  // namespace

DrivenState::DrivenState(const spec::ActionElement& element, const mjModel* m) {
  for (const spec::DrivenJoint& joint : element.joints) {
    const int j = FindJoint(m, joint.joint);
    places_.push_back({m->jnt_type[j], m->jnt_qposadr[j], m->jnt_dofadr[j], joint.component,
                       joint.arm, std::min(joint.torque_low, joint.torque_high),
                       std::max(joint.torque_low, joint.torque_high)});
  }
}

double DrivenState::Position(const mjData* d) const {
  double sum = 0;
  for (const Place& place : places_) {
    double value = 0;
    if (place.type == mjJNT_BALL) {
      mjtNum rotation[3];
      mju_quat2Vel(rotation, d->qpos + place.qpos, 1);
      value = rotation[place.component];
    } else if (place.type != mjJNT_FREE) {
      value = d->qpos[place.qpos];
    }
    sum += place.arm * value;
  }
  return sum;
}

double DrivenState::Velocity(const mjData* d) const {
  double sum = 0;
  for (const Place& place : places_) sum += place.arm * d->qvel[place.dof + place.component];
  return sum;
}

void DrivenState::AddForces(double torque, std::span<double> forces) const {
  for (const Place& place : places_) {
    forces[static_cast<size_t>(place.dof) + static_cast<size_t>(place.component)] +=
        std::clamp(place.arm * torque, place.low, place.high);
  }
}

Servos::Servos(const spec::TaskSpec& spec, const mjModel* m) : spec_(spec) {
  any_ = std::ranges::any_of(spec.action, [](const spec::ActionElement& element) {
    return element.law == spec::ServoLaw::kController;
  });
  if (!any_) return;
  for (const spec::ActionElement& element : spec.action) states_.emplace_back(element, m);
  targets_.resize(spec.action.size());
}

void Servos::SetTargets(std::span<const double> command, const Simulation& simulation) {
  for (size_t i = 0; i < targets_.size(); ++i) {
    const double start = spec_.action[i].increment ? states_[i].Position(simulation.data()) : 0;
    targets_[i] = start + command[i];
  }
}

void Servos::Drive(Simulation* simulation) const {
  mjData* d = simulation->data();
  for (size_t i = 0; i < targets_.size(); ++i) {
    const spec::ActionElement& element = spec_.action[i];
    if (element.law != spec::ServoLaw::kController) continue;
    const double torque =
        element.Torque(targets_[i], states_[i].Position(d), states_[i].Velocity(d));
    d->ctrl[i] = element.ControlOfTorque(torque);
  }
}

void Servos::ReadTorques(const Simulation& simulation, std::span<double> torque) const {
  const mjModel* m = simulation.model();
  for (size_t i = 0; i < torque.size(); ++i) {
    const spec::ActionElement& element = spec_.action[i];
    const int actuator = static_cast<int>(i);
    torque[i] = Scale(m, actuator, element) * simulation.data()->actuator_force[i];
    if (element.tendon || element.joints.size() != 1) continue;
    const auto [low, high] = JointForceRange(m, m->actuator_trnid[2 * actuator]);
    torque[i] = std::clamp(torque[i], low, high);
  }
}

}  // namespace sinew::sim
