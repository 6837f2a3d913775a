// Ranges of actuators' controls and forces, and damping that depends on the compiled model.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "core/error.h"
#include "core/files.h"
#include "robots/mjcf/actuators.h"
#include "robots/mjcf/compile.h"

namespace sinew::robots {
namespace {

struct Target {
  const Element* element = nullptr;  // joint or tendon
  std::string section;               // worldbody or tendon
};

// Joints and tendons by name.
class Targets {
 public:
  explicit Targets(Mjcf* mjcf) {
    mjcf->VisitSection("worldbody", [&](Element&, Element& e) {
      if (e.name == "joint" || e.name == "freejoint") joints_[e.Get("name")] = &e;
    });
    mjcf->VisitSection("tendon", [&](Element&, Element& e) {
      if (e.name == "fixed" || e.name == "spatial") tendons_[e.Get("name")] = &e;
    });
  }

  Target Of(const Element& actuator) const {
    for (const char* attribute : {"joint", "jointinparent"}) {
      const auto joint = joints_.find(actuator.Get(attribute));
      if (actuator.Has(attribute) && joint != joints_.end()) return {joint->second, "worldbody"};
    }
    const auto tendon = tendons_.find(actuator.Get("tendon"));
    if (actuator.Has("tendon") && tendon != tendons_.end()) return {tendon->second, "tendon"};
    return {};
  }

 private:
  std::map<std::string, const Element*> joints_, tendons_;
};

bool IsSet(const std::vector<double>& range) { return range[0] != 0 || range[1] != 0; }

bool IsScalar(const Element& joint) {
  const std::string type = joint.Get("type", "hinge");
  return joint.name == "joint" && (type == "hinge" || type == "slide");
}

std::string NameOf(const Element& e) {
  return e.Has("name") ? e.Get("name") : e.Get("joint", e.Where());
}

double GearOf(const Element& actuator) {
  const auto gear = Numbers(actuator, "gear");
  return gear.empty() ? 1 : gear[0];
}

void InheritRange(Mjcf* mjcf, const Targets& targets, Element* actuator) {
  const double share = Number(*actuator, "inheritrange", 0);
  actuator->Remove("inheritrange");
  if (share <= 0) return;
  const Target target = targets.Of(*actuator);
  const auto range =
      target.element ? RangeOf(mjcf, target.section, *target.element) : std::vector<double>{0, 0};
  if (!IsSet(range)) {
    throw UserError(fmt::format("{}: inheritrange of '{}', whose joint or tendon has no range",
                                actuator->Where(), NameOf(*actuator)));
  }
  const double middle = (range[0] + range[1]) / 2, reach = (range[1] - range[0]) / 2 * share;
  const bool integrates = actuator->Get("dyntype") == "integrator";
  actuator->Set(integrates ? "actrange" : "ctrlrange", Join({middle - reach, middle + reach}));
  actuator->Set(integrates ? "actlimited" : "ctrllimited", "true");
  mjcf->report->Exact("inheritrange is written out as ctrlrange", NameOf(*actuator));
}

// inertia that the actuator feels at qpos0, as MuJoCo's compiler reckons it for dampratio
double FeltInertia(const mjModel* m, const mjData* d, int actuator) {
  double inertia = 0;
  for (int k = 0; k < m->nv; ++k) {
    const double moment = std::abs(DenseMoment(m, d, actuator, k));
    if (moment * moment > mjMINVAL) inertia += m->dof_M0[k] / (moment * moment);
  }
  return inertia;
}

enum class Law { kTorque, kPosition, kVelocity, kOther };

Law LawOf(const Element& actuator) {
  const auto bias = Numbers(actuator, "biasprm");
  if (actuator.Get("dyntype", "none") != "none" || actuator.Get("gaintype", "fixed") != "fixed")
    return Law::kOther;
  if (actuator.Get("biastype", "none") == "none") return Law::kTorque;
  if (bias.size() > 1 && bias[1] != 0) return Law::kPosition;
  return bias.size() > 2 && bias[2] != 0 ? Law::kVelocity : Law::kOther;
}

constexpr double kDefaultTorque = 1, kDefaultSpeed = 3;  // [N m], [rad/s]

std::vector<double> GuessControls(Mjcf* mjcf, const Target& target, const Element& actuator) {
  const Law law = LawOf(actuator);
  const double gear = std::abs(GearOf(actuator));
  if (law == Law::kPosition) {
    const auto range =
        target.element ? RangeOf(mjcf, target.section, *target.element) : std::vector<double>{0, 0};
    const double scale = gear > 0 ? gear : 1;
    if (IsSet(range)) return {scale * range[0], scale * range[1]};
    return {-std::numbers::pi * scale, std::numbers::pi * scale};
  }
  if (law == Law::kVelocity) return {-kDefaultSpeed, kDefaultSpeed};
  const auto force = Numbers(actuator, "forcerange", 2, {0, 0});
  const auto gain = Numbers(actuator, "gainprm");
  const double factor = gain.empty() || gain[0] == 0 ? 1 : std::abs(gain[0]);
  if (IsSet(force)) return {force[0] / factor, force[1] / factor};
  return {-kDefaultTorque, kDefaultTorque};
}

// the part of a joint's torque range that one actuator's force may take
std::vector<double> ForceOf(std::vector<double> range, double gear) {
  range = {range[0] / gear, range[1] / gear};
  if (range[0] > range[1]) std::swap(range[0], range[1]);
  return range;
}

void Narrow(Element* actuator, const std::vector<double>& range) {
  auto own = Numbers(*actuator, "forcerange", 2, {0, 0});
  if (!IsSet(own) || actuator->Get("forcelimited") == "false") own = range;
  actuator->Set("forcerange", Join({std::max(own[0], range[0]), std::min(own[1], range[1])}));
  actuator->Set("forcelimited", "true");
}

// the range as the maker wrote it, under either of its two names; empty: none that holds
std::vector<double> TakeForceRange(Element* element) {
  std::vector<double> range;
  for (const char* name : {"actuatorforcerange", "actuatorfrcrange"})
    if (element->Has(name)) range = Numbers(*element, name, 2, {});
  const bool off = element->Get("actuatorfrclimited") == "false" ||
                   element->Get("actuatorforcelimited") == "false";
  for (const char* name :
       {"actuatorforcerange", "actuatorfrcrange", "actuatorfrclimited", "actuatorforcelimited"})
    element->Remove(name);
  if (off || (range.size() == 2 && !IsSet(range))) range.clear();
  return range;
}

void MoveForceRange(Mjcf* mjcf, Element* target, const std::vector<Element*>& drivers) {
  const auto range = TakeForceRange(target);
  if (range.empty()) return;
  const std::string name = NameOf(*target);
  if (drivers.size() == 1 && GearOf(*drivers[0]) != 0) {
    Narrow(drivers[0], ForceOf(range, GearOf(*drivers[0])));
    mjcf->report->Exact(
        "actuatorfrcrange of joints driven by one actuator is written as its forcerange, by gear",
        name);
  } else if (drivers.empty()) {
    mjcf->report->Exact("actuatorfrcrange of joints that no actuator drives directly is left out",
                        name);
  } else {
    mjcf->report->Inexact(
        "actuatorfrcrange of joints with several actuators is left out: together they may exceed "
        "it",
        name);
  }
}

}  // namespace

void WriteInheritedRanges(Mjcf* mjcf) {
  const Targets targets(mjcf);
  mjcf->VisitSection("actuator", [&](Element&, Element& e) {
    if (e.Has("inheritrange")) InheritRange(mjcf, targets, &e);
  });
}

void WriteDampingRatios(Mjcf* mjcf, const std::filesystem::path& model_file) {
  std::vector<Element*> damped, all;
  mjcf->VisitSection("actuator", [&](Element& parent, Element& e) {
    if (parent.name == "actuator") all.push_back(&e);
    if (e.Has("dampratio")) damped.push_back(&e);
  });
  if (damped.empty()) return;
  std::vector<double> ratios;
  for (Element* e : damped) {
    ratios.push_back(Number(*e, "dampratio", 0));
    e->Remove("dampratio");
  }
  const Compiled compiled(*mjcf, model_file);
  for (size_t i = 0; i < damped.size(); ++i) {
    Element& e = *damped[i];
    const int id = static_cast<int>(std::ranges::find(all, &e) - all.begin());
    auto bias = Numbers(e, "biasprm", 3, {0, 0, 0});
    const double kp = -bias[1];
    const double kv =
        2 * ratios[i] *
        std::sqrt(std::max(0.0, kp * FeltInertia(compiled.model(), compiled.data(), id)));
    bias[2] = -kv;
    e.Set("biasprm", Join(bias));
    mjcf->report->Exact("dampratio is written as kv = 2 dampratio sqrt(kp inertia) at qpos0",
                        fmt::format("{} {:.4g}", NameOf(e), kv));
  }
}

void WriteControlRanges(Mjcf* mjcf) {
  const Targets targets(mjcf);
  mjcf->VisitSection("actuator", [&](Element& parent, Element& e) {
    if (parent.name != "actuator" || e.name != "general") return;
    const auto given = Numbers(e, "ctrlrange", 2, {0, 0});
    if (e.Get("ctrllimited") != "false" && given[0] < given[1]) {
      e.Set("ctrllimited", "true");
      return;
    }
    const auto range = GuessControls(mjcf, targets.Of(e), e);
    e.Set("ctrlrange", Join(range));
    e.Set("ctrllimited", "true");
    mjcf->report->Guessed(
        "actuators without ctrlrange get the range of their force or of their joint",
        fmt::format("{} {:.4g} to {:.4g}", NameOf(e), range[0], range[1]));
  });
}

void MoveJointForceRanges(Mjcf* mjcf) {
  const Targets targets(mjcf);
  std::map<const Element*, std::vector<Element*>> drivers;
  mjcf->VisitSection("actuator", [&](Element&, Element& e) {
    const Target target = targets.Of(e);
    if (target.element) drivers[target.element].push_back(&e);
  });
  for (const char* section : {"worldbody", "tendon"}) {
    mjcf->VisitSection(section, [&](Element&, Element& e) {
      const bool scalar = section == std::string_view("tendon") || IsScalar(e);
      if (scalar)
        MoveForceRange(mjcf, &e, drivers[&e]);
      else
        TakeForceRange(&e);
    });
  }
}

}  // namespace sinew::robots
