#include "robots/study/naming.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <set>

namespace sinew::robots {
namespace {

class Namer {
 public:
  explicit Namer(Mjcf* mjcf) : mjcf_(mjcf) {}

  void Run() {
    CollectGiven("worldbody");
    for (const char* section : {"tendon", "actuator", "sensor", "keyframe"}) CollectGiven(section);
    mjcf_->VisitSection("worldbody", [&](Element& parent, Element& e) { InTree(parent, e); });
    for (const char* section : {"tendon", "actuator", "sensor", "keyframe"}) {
      mjcf_->VisitSection(section, [&](Element& parent, Element& e) {
        if (parent.name != section) return;
        Give(section, &e, e.Get("joint", e.Get("tendon", e.Get("site", e.name))));
      });
    }
  }

 private:
  // joints and free joints share a name space, as tendons of all kinds do
  static std::string SpaceOf(const std::string& section, const Element& e) {
    if (section != "worldbody") return section;
    return e.name == "freejoint" ? "joint" : e.name;
  }

  void CollectGiven(const std::string& section) {
    mjcf_->VisitSection(section, [&](Element&, Element& e) {
      if (e.Has("name")) used_[SpaceOf(section, e)].insert(e.Get("name"));
    });
  }

  void InTree(Element& parent, Element& e) {
    static const std::set<std::string> kNamed{"body", "joint", "freejoint", "site", "camera"};
    if (!kNamed.contains(e.name)) return;
    const std::string of = parent.name == "body" ? parent.Get("name") : "world";
    if (e.name == "body")
      Give("worldbody", &e, of + "_child");
    else if (e.name == "freejoint" || e.Get("type") == "free")
      Give("worldbody", &e, of + "_free");
    else
      Give("worldbody", &e, of + "_" + e.name);
  }

  void Give(const std::string& section, Element* e, const std::string& wish) {
    if (!e->Get("name").empty()) return;
    auto& used = used_[SpaceOf(section, *e)];
    std::string name = wish;
    for (int i = 2; !used.insert(name).second; ++i) name = fmt::format("{}_{}", wish, i);
    e->Remove("name");
    e->attributes.insert(e->attributes.begin(), {"name", name});
    mjcf_->report->Exact("what has no name gets one", fmt::format("{} {}", e->name, name));
  }

  Mjcf* mjcf_;
  std::map<std::string, std::set<std::string>> used_;
};

}  // namespace

void NameEverything(Mjcf* mjcf) { Namer(mjcf).Run(); }

std::vector<Element*> BodiesInOrder(Mjcf* mjcf) {
  std::vector<Element*> bodies;
  const std::function<void(Element*)> descend = [&](Element* body) {
    for (Element& child : body->children) {
      if (child.name != "body") continue;
      bodies.push_back(&child);
      descend(&child);
    }
  };
  for (Element* world : mjcf->Sections("worldbody")) {
    if (bodies.empty()) bodies.push_back(world);
    descend(world);
  }
  return bodies;
}

}  // namespace sinew::robots
