#include "robots/mjcf/actuators.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>

#include "core/error.h"
#include "robots/mjcf/defaults.h"

namespace sinew::robots {
namespace {

using Attributes = Element::Attributes;

// An actuator as <general> has it: three lists of parameters and the kinds of their laws.
struct General {
  std::vector<double> gain{1, 0, 0}, bias{0, 0, 0}, dynamics{1, 0, 0};
  std::string gain_type = "fixed", bias_type = "none", dynamics_type = "none";

  static General Of(const Element& e) {
    General g;
    g.Take(e, "gainprm", &g.gain);
    g.Take(e, "biasprm", &g.bias);
    g.Take(e, "dynprm", &g.dynamics);
    g.gain_type = e.Get("gaintype", g.gain_type);
    g.bias_type = e.Get("biastype", g.bias_type);
    g.dynamics_type = e.Get("dyntype", g.dynamics_type);
    return g;
  }

  void Write(Element* e) const {
    e->Set("dyntype", dynamics_type);
    e->Set("gaintype", gain_type);
    e->Set("biastype", bias_type);
    e->Set("dynprm", Join(dynamics));
    e->Set("gainprm", Join(gain));
    e->Set("biasprm", Join(bias));
  }

 private:
  static void Take(const Element& e, const char* attribute, std::vector<double>* values) {
    const std::vector<double> given = Numbers(e, attribute);
    if (given.size() > values->size()) values->resize(given.size());
    std::ranges::copy(given, values->begin());
  }
};

// the attributes that only a shortcut has, and which General stands for
const std::set<std::string>& ShortcutAttributes() {
  static const std::set<std::string> names{
      "kp",    "kv",    "timeconst", "area", "diameter", "bias",  "gain",  "force",
      "scale", "range", "lmin",      "lmax", "vmax",     "fpmax", "fvmax", "tausmooth"};
  return names;
}

double NotNegative(const Element& e, const char* attribute, double fallback) {
  const double value = Number(e, attribute, fallback);
  if (value < 0) throw UserError(fmt::format("{}: {} is negative", e.Where(), attribute));
  return value;
}

void SetServo(const Element& e, Element* out, General* g) {
  const double kp = Number(e, "kp", g->gain[0]);
  g->gain[0] = kp;
  g->bias[1] = -kp;
  if (e.Has("kv")) {
    g->bias[2] = -NotNegative(e, "kv", 0);
    out->Remove("dampratio");
  }
  if (e.Has("dampratio")) out->Set("dampratio", Join({NotNegative(e, "dampratio", 0)}));
  if (e.Has("timeconst")) {
    const double tau = NotNegative(e, "timeconst", 0);
    g->dynamics[0] = tau;
    g->dynamics_type = tau == 0 ? "none" : "filterexact";
  }
  g->gain_type = "fixed";
  g->bias_type = "affine";
  if (e.name == "intvelocity") g->dynamics_type = "integrator";
}

void SetVelocity(const Element& e, General* g) {
  const double kv = Number(e, "kv", g->gain[0]);
  g->gain[0] = kv;
  g->bias = {0, 0, -kv};
  g->gain_type = "fixed";
  g->bias_type = "affine";
  g->dynamics_type = "none";
}

void SetDamper(const Element& e, General* g) {
  const double kv = NotNegative(e, "kv", g->gain_type == "affine" ? -g->gain[2] : 0);
  g->gain = {0, 0, -kv};
  g->gain_type = "affine";
  g->bias_type = g->dynamics_type = "none";
}

void SetCylinder(const Element& e, General* g) {
  g->dynamics[0] = Number(e, "timeconst", g->dynamics[0]);
  if (e.Has("bias")) g->bias = Numbers(e, "bias", 3, {});
  g->gain[0] = Number(e, "area", g->gain[0]);
  if (e.Has("diameter")) {
    const double diameter = Number(e, "diameter", 0);
    g->gain[0] = std::numbers::pi / 4 * diameter * diameter;
  }
  g->dynamics_type = "filter";
  g->gain_type = "fixed";
  g->bias_type = "affine";
}

void SetMuscle(const Element& e, General* g) {
  static constexpr double kUnset[] = {1, 0, 0, 0, 0, 0, 0, 0, 0};
  static constexpr double kMuscle[] = {0.75, 1.05, -1, 200, 0.5, 1.6, 1.5, 1.3, 1.2};
  static constexpr const char* kNames[] = {"",     "",     "force", "scale", "lmin",
                                           "lmax", "vmax", "fpmax", "fvmax"};
  g->gain.resize(std::max<size_t>(g->gain.size(), 9));
  for (size_t i = 0; i < 9; ++i)
    if (g->gain[i] == kUnset[i]) g->gain[i] = kMuscle[i];
  if (g->dynamics[0] == 1) g->dynamics[0] = 0.01;
  if (g->dynamics[1] == 0) g->dynamics[1] = 0.04;
  g->dynamics[2] = NotNegative(e, "tausmooth", g->dynamics[2]);
  if (e.Has("timeconst")) std::ranges::copy(Numbers(e, "timeconst", 2, {}), g->dynamics.begin());
  if (e.Has("range")) std::ranges::copy(Numbers(e, "range", 2, {}), g->gain.begin());
  for (size_t i = 2; i < 9; ++i) g->gain[i] = Number(e, kNames[i], g->gain[i]);
  g->bias = g->gain;
  g->dynamics_type = g->gain_type = g->bias_type = "muscle";
}

void SetAdhesion(const Element& e, General* g) {
  g->gain[0] = Number(e, "gain", g->gain[0]);
  g->gain_type = "fixed";
  g->bias_type = "none";
}

void SetMotor(General* g) {
  g->gain[0] = 1;
  g->gain_type = "fixed";
  g->bias_type = g->dynamics_type = "none";
}

bool IsZero(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double v) { return v == 0; });
}

// what a shortcut says in place of the three laws; empty: nothing shorter
std::string ShortcutOf(const General& g) {
  const bool plain = g.dynamics_type == "none" && g.gain_type == "fixed" &&
                     IsZero({g.gain.begin() + 1, g.gain.end()});
  if (!plain) return "";
  if (g.bias_type == "none" && g.gain[0] == 1) return "motor";
  if (g.bias_type != "affine" || g.bias.size() != 3 || g.bias[0] != 0) return "";
  if (g.bias[1] == -g.gain[0] && g.bias[2] == 0) return "position";
  if (g.bias[2] == -g.gain[0] && g.bias[1] == 0) return "velocity";
  return "";
}

}  // namespace

bool IsActuator(const std::string& tag) {
  static const std::set<std::string> tags{"general",  "motor",       "position",
                                          "velocity", "intvelocity", "damper",
                                          "cylinder", "muscle",      "adhesion"};
  return tags.contains(tag);
}

Element::Attributes ToGeneral(Attributes base, const Element& actuator) {
  Element out{.name = "general",
              .attributes = std::move(base),
              .file = actuator.file,
              .line = actuator.line};
  Attributes common;
  for (const auto& attribute : actuator.attributes) {
    if (!ShortcutAttributes().contains(attribute.first) && attribute.first != "dampratio")
      common.push_back(attribute);
  }
  out.attributes = Merge(std::move(out.attributes), common);
  if (actuator.name == "general") return out.attributes;
  General g = General::Of(out);
  if (actuator.name == "motor") SetMotor(&g);
  if (actuator.name == "position" || actuator.name == "intvelocity") SetServo(actuator, &out, &g);
  if (actuator.name == "velocity") SetVelocity(actuator, &g);
  if (actuator.name == "damper") SetDamper(actuator, &g);
  if (actuator.name == "cylinder") SetCylinder(actuator, &g);
  if (actuator.name == "muscle") SetMuscle(actuator, &g);
  if (actuator.name == "adhesion") SetAdhesion(actuator, &g);
  if (actuator.name == "damper" || actuator.name == "adhesion") out.Set("ctrllimited", "true");
  if (actuator.name == "motor" || actuator.name == "velocity") {
    out.Remove("dampratio");
    out.Remove("inheritrange");
  }
  g.Write(&out);
  return out.attributes;
}

void UseShortcuts(Mjcf* mjcf) {
  mjcf->VisitSection("actuator", [](Element&, Element& e) {
    if (e.name != "general") return;
    const std::string shortcut = ShortcutOf(General::Of(e));
    if (shortcut.empty() || e.Has("actlimited") || e.Has("actrange")) return;
    const double gain = General::Of(e).gain[0];
    for (const char* attribute :
         {"dyntype", "gaintype", "biastype", "dynprm", "gainprm", "biasprm"})
      e.Remove(attribute);
    e.name = shortcut;
    if (shortcut == "position") e.Set("kp", Join({gain}));
    if (shortcut == "velocity") e.Set("kv", Join({gain}));
  });
}

std::vector<double> RangeOf(Mjcf* mjcf, const std::string& section, const Element& target) {
  std::vector<double> range = Numbers(target, "range", 2, {0, 0});
  const bool hinge = section == "worldbody" && target.Get("type", "hinge") == "hinge";
  if (target.Get("limited") == "false") return {0, 0};
  if (hinge && mjcf->Compiler().degree)
    for (double& value : range) value *= std::numbers::pi / 180;
  return range;
}

}  // namespace sinew::robots
