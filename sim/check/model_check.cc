#include "sim/check/model_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "sim/actuation/actuators.h"

namespace sinew::sim {
namespace {

struct ObjectKind {
  mjtObj type;
  int64_t count;
  bool addressed;  // something refers to it by name
};

std::vector<ObjectKind> ObjectKinds(const mjModel* m) {
  return {{mjOBJ_BODY, m->nbody, true},      {mjOBJ_JOINT, m->njnt, true},
          {mjOBJ_ACTUATOR, m->nu, true},     {mjOBJ_SITE, m->nsite, false},
          {mjOBJ_TENDON, m->ntendon, false}, {mjOBJ_SENSOR, m->nsensor, false},
          {mjOBJ_CAMERA, m->ncam, false},    {mjOBJ_KEY, m->nkey, false},
          {mjOBJ_GEOM, m->ngeom, false},     {mjOBJ_LIGHT, m->nlight, false},
          {mjOBJ_PAIR, m->npair, false},     {mjOBJ_EQUALITY, m->neq, false},
          {mjOBJ_MATERIAL, m->nmat, false},  {mjOBJ_TEXTURE, m->ntex, false}};
}

CheckResult CheckNames(const mjModel* m) {
  int64_t objects = 0;
  std::vector<std::string> addressed, others;
  for (const ObjectKind& kind : ObjectKinds(m)) {
    objects += kind.count;
    for (int i = 0; i < kind.count; ++i) {
      const char* name = mj_id2name(m, kind.type, i);
      if (name && *name) continue;
      // <freejoint/> has no name as a rule; messages fall back on its number
      const bool free = kind.type == mjOBJ_JOINT && m->jnt_type[i] == mjJNT_FREE;
      (kind.addressed && !free ? addressed : others)
          .push_back(fmt::format("{} {}", mju_type2Str(kind.type), i));
    }
  }
  if (!addressed.empty()) {
    return {"names", Verdict::kFail,
            "no name: " + JoinSome(addressed) +
                "; write name=\"...\", which observations and "
                "contracts go by"};
  }
  if (!others.empty()) return {"names", Verdict::kNote, "no name: " + JoinSome(others)};
  return {"names", Verdict::kOk, fmt::format("{} objects, every one named", objects)};
}

// "6 torques and 1 position, up to 87 N·m"
std::string Kinds(const std::vector<spec::ActionElement>& action) {
  std::map<std::string, int> count;
  double largest = 0;
  std::string unit = "N·m";
  for (const spec::ActionElement& element : action) {
    ++count[ToText(element.kind)];
    const double limit = std::max(std::abs(element.torque_low), std::abs(element.torque_high));
    if (!std::isfinite(limit) || limit <= largest) continue;
    largest = limit;
    unit = element.torque_unit();
  }
  std::string text;
  for (const auto& [kind, number] : count)
    text += fmt::format("{}{} of {}", text.empty() ? "" : ", ", number, kind);
  return fmt::format("{} actuators ({}), every one limited; the largest gives {:.4g} {}",
                     action.size(), text, largest, unit);
}

CheckResult CheckActuators(const mjModel* m) {
  constexpr double kMost = 0.5;  // of a control range
  if (m->nu == 0) {
    return {"actuators", Verdict::kFail,
            "the model has none; write <actuator><motor name=\"...\" joint=\"...\" "
            "ctrllimited=\"true\" ctrlrange=\"low high\"/></actuator>"};
  }
  const ActuatorReport report = DescribeActuators(m);
  if (!report.refused.empty())
    return {"actuators", Verdict::kFail, fmt::format("{}", fmt::join(report.refused, "; "))};
  std::vector<std::string> notes = report.notes;
  for (size_t i = 0; i < report.action.size(); ++i) {
    const spec::ActionElement& element = report.action[i];
    if (report.unsaturated[i] < kMost) {
      notes.push_back(
          fmt::format("most of the ctrlrange of '{}' saturates: {:.0f} % of it reach the limit of "
                      "{:.4g} {}, and "
                      "actions command that part only; write a ctrlrange or forcerange that goes "
                      "with the other",
                      element.actuator, 100 * report.unsaturated[i],
                      std::max(std::abs(element.torque_low), std::abs(element.torque_high)),
                      element.torque_unit()));
    }
    if (element.is_servo() && !std::isfinite(element.torque_high)) {
      notes.push_back(fmt::format("nothing limits the torque of servo '{}': write forcerange",
                                  element.actuator));
    }
  }
  if (!notes.empty())
    return {"actuators", Verdict::kNote, fmt::format("{}", fmt::join(notes, "; "))};
  return {"actuators", Verdict::kOk, Kinds(report.action)};
}

// hinges that hardly turn: radians that were read as degrees
void AddRanges(const mjModel* m, std::vector<CheckResult>* results) {
  constexpr double kFiveDegrees = 5 * std::numbers::pi / 180;
  std::vector<std::string> narrow;
  for (int j = 0; j < m->njnt; ++j) {
    if (m->jnt_type[j] != mjJNT_HINGE || !m->jnt_limited[j]) continue;
    const double low = m->jnt_range[2 * j], high = m->jnt_range[2 * j + 1];
    if (std::max(std::abs(low), std::abs(high)) < kFiveDegrees)
      narrow.push_back(fmt::format("{} ({:.3g} to {:.3g} degrees)", JointName(m, j),
                                   180 / std::numbers::pi * low, 180 / std::numbers::pi * high));
  }
  if (narrow.empty()) return;
  results->push_back({"ranges", Verdict::kNote,
                      "joints whose range stays within 5 degrees: " + JoinSome(narrow) +
                          "; if the file means radians, write <compiler angle=\"radian\"/>"});
}

}  // namespace

std::string JoinSome(const std::vector<std::string>& items) {
  constexpr size_t kShown = 5;
  if (items.size() <= kShown) return fmt::format("{}", fmt::join(items, ", "));
  return fmt::format("{} and {} more", fmt::join(items.begin(), items.begin() + kShown, ", "),
                     items.size() - kShown);
}

std::vector<CheckResult> CheckModel(const Simulation& simulation) {
  std::vector<CheckResult> results{CheckNames(simulation.model()),
                                   CheckActuators(simulation.model())};
  AddRanges(simulation.model(), &results);
  return results;
}

}  // namespace sinew::sim
