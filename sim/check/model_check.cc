#include "sim/check/model_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace sinew::sim {
namespace {

struct ObjectKind {
  mjtObj type;
  int count;
  bool addressed;  // something refers to it by name
};

std::vector<ObjectKind> Kinds(const mjModel* m) {
  return {{mjOBJ_BODY, m->nbody, true},     {mjOBJ_JOINT, m->njnt, true},
          {mjOBJ_SITE, m->nsite, true},     {mjOBJ_TENDON, m->ntendon, true},
          {mjOBJ_ACTUATOR, m->nu, true},    {mjOBJ_SENSOR, m->nsensor, true},
          {mjOBJ_CAMERA, m->ncam, true},    {mjOBJ_KEY, m->nkey, true},
          {mjOBJ_GEOM, m->ngeom, false},    {mjOBJ_LIGHT, m->nlight, false},
          {mjOBJ_PAIR, m->npair, false},    {mjOBJ_EQUALITY, m->neq, false},
          {mjOBJ_MATERIAL, m->nmat, false}, {mjOBJ_TEXTURE, m->ntex, false}};
}

CheckResult CheckNames(const mjModel* m) {
  int objects = 0;
  std::vector<std::string> addressed, others;
  for (const ObjectKind& kind : Kinds(m)) {
    objects += kind.count;
    for (int i = 0; i < kind.count; ++i) {
      const char* name = mj_id2name(m, kind.type, i);
      if (name && *name) continue;
      (kind.addressed ? addressed : others)
          .push_back(fmt::format("{} {}", mju_type2Str(kind.type), i));
    }
  }
  if (!addressed.empty()) {
    return {"names", Verdict::kFail, "no name: " + JoinSome(addressed)};
  }
  if (!others.empty()) return {"names", Verdict::kNote, "no name: " + JoinSome(others)};
  return {"names", Verdict::kOk, fmt::format("{} objects, every one named", objects)};
}

std::string ActuatorName(const mjModel* m, int i) {
  const char* name = mj_id2name(m, mjOBJ_ACTUATOR, i);
  return name ? name : fmt::format("actuator {}", i);
}

CheckResult CheckActuators(const mjModel* m) {
  if (m->nu == 0) return {"actuators", Verdict::kFail, "the model has none"};
  std::vector<std::string> unlimited, no_motor;
  double largest = 0;
  for (int i = 0; i < m->nu; ++i) {
    const double low = m->actuator_ctrlrange[2 * i], high = m->actuator_ctrlrange[2 * i + 1];
    if (!m->actuator_ctrllimited[i] || !(low < high)) unlimited.push_back(ActuatorName(m, i));
    const bool motor = m->actuator_gaintype[i] == mjGAIN_FIXED &&
                       m->actuator_biastype[i] == mjBIAS_NONE &&
                       m->actuator_dyntype[i] == mjDYN_NONE;
    if (!motor) no_motor.push_back(ActuatorName(m, i));
    largest = std::max(largest,
                       std::abs(m->actuator_gear[6 * i]) * std::max(std::abs(low), std::abs(high)));
  }
  if (!unlimited.empty()) {
    return {"actuators", Verdict::kFail,
            fmt::format("no ctrlrange: {} (write ctrllimited=\"true\" ctrlrange=\"low high\")",
                        JoinSome(unlimited))};
  }
  if (!no_motor.empty()) {
    return {"actuators", Verdict::kNote,
            "the control is no torque, since these are no plain motors: " + JoinSome(no_motor)};
  }
  return {"actuators", Verdict::kOk,
          fmt::format("{} motors, every one limited; the largest gives {:.4g} N·m (or N)", m->nu,
                      largest)};
}

}  // namespace

std::string JoinSome(const std::vector<std::string>& items) {
  constexpr size_t kShown = 5;
  if (items.size() <= kShown) return fmt::format("{}", fmt::join(items, ", "));
  return fmt::format("{} and {} more", fmt::join(items.begin(), items.begin() + kShown, ", "),
                     items.size() - kShown);
}

std::vector<CheckResult> CheckModel(const Simulation& simulation) {
  return {CheckNames(simulation.model()), CheckActuators(simulation.model())};
}

}  // namespace sinew::sim
