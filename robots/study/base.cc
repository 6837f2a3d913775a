#include "robots/study/base.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"

namespace sinew::robots {
namespace {

int ScalarJoints(const Element& body) {
  int count = 0;
  Visit(body, [&](const Element& e) {
    const std::string type = e.Get("type", "hinge");
    count += e.name == "joint" && (type == "hinge" || type == "slide");
  });
  return count;
}

}  // namespace

bool IsFreeJoint(const Element& e) {
  return e.name == "freejoint" || (e.name == "joint" && e.Get("type") == "free");
}

Element& RootBody(Mjcf* mjcf) {
  Element* root = nullptr;
  int most = 0;
  for (Element* world : mjcf->Sections("worldbody")) {
    for (Element& body : world->children) {
      const int joints = body.name == "body" ? ScalarJoints(body) : 0;
      if (joints <= most) continue;
      root = &body;
      most = joints;
    }
  }
  if (!root) {
    throw UserError(fmt::format("{}: the model has no hinge and no slide: nothing to drive",
                                mjcf->root.Where()));
  }
  return *root;
}

void SetBase(Mjcf* mjcf, BaseKind base) {
  if (base == BaseKind::kGuess) return;
  Element& root = RootBody(mjcf);
  const auto free = std::ranges::find_if(root.children, IsFreeJoint);
  const bool floats = free != root.children.end();
  if (base == BaseKind::kFixed && floats) {
    root.children.erase(free);
    mjcf->report->Inexact("the base is fixed, as asked for: its free joint is taken out",
                          root.Get("name"));
  }
  if (base == BaseKind::kFloating && !floats) {
    Element joint{.name = "freejoint", .file = root.file, .line = root.line};
    root.children.insert(root.children.begin(), std::move(joint));
    mjcf->report->Inexact("the base floats, as asked for: it gets a free joint", root.Get("name"));
  }
}

void AddMotors(Mjcf* mjcf) {
  bool has_actuators = false;
  for (const Element* section : mjcf->Sections("actuator"))
    has_actuators |= !section->children.empty();
  if (has_actuators) return;
  std::set<std::string> followers;
  mjcf->VisitSection("equality", [&](Element&, Element& e) {
    if (e.name == "joint") followers.insert(e.Get("joint1"));
  });
  std::vector<std::string> joints;
  mjcf->VisitSection("worldbody", [&](Element&, Element& e) {
    const std::string type = e.Get("type", "hinge");
    const bool scalar = e.name == "joint" && (type == "hinge" || type == "slide");
    if (scalar && !followers.contains(e.Get("name"))) joints.push_back(e.Get("name"));
  });
  for (const std::string& joint : joints) {
    mjcf->Section("actuator").Add("general", {{"name", joint}, {"joint", joint}});
    mjcf->report->Guessed("the model has no actuators: each joint gets a torque motor", joint);
  }
}

}  // namespace sinew::robots
