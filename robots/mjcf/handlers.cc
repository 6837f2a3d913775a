#include "robots/mjcf/handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>
#include <set>

#include "core/error.h"
#include "robots/mjcf/actuators.h"
#include "robots/mjcf/structure.h"

namespace sinew::robots {
namespace {

std::string NameOf(const Element& e) { return e.Has("name") ? e.Get("name") : e.Where(); }

// Calls `handle(parent, element)` for each element of the model that has it; what it returns true
// for is taken out.
void ForEach(Mjcf* mjcf, const Newer& newer,
             const std::function<bool(Element&, Element&)>& handle) {
  const std::function<void(Element&)> descend = [&](Element& parent) {
    std::erase_if(parent.children,
                  [&](Element& e) { return Has(newer, newer.section, e) && handle(parent, e); });
    for (Element& child : parent.children) descend(child);
  };
  for (Element* section : mjcf->Sections(newer.section)) {
    // the section itself may have the attribute
    if (*newer.attribute && Has(newer, newer.section, *section)) handle(mjcf->root, *section);
    descend(*section);
  }
}

void ReportAs(Downlevel& d, const Newer& newer, const std::string& item) {
  d.mjcf.report->Add(newer.kind, newer.done, item);
}

// a name is enough where many elements of a kind are meant
std::string ItemOf(const Newer& newer, const Element& e) {
  const bool looks = std::string_view(newer.section) == "visual";
  return *newer.attribute ? fmt::format("{} {}", looks ? e.name : NameOf(e), newer.attribute)
                          : fmt::format("<{}> {}", e.name, NameOf(e));
}

struct SitePlace {
  std::string body;  // empty: the world
  Pose pose;
};

SitePlace FindSite(Mjcf* mjcf, const std::string& name, const Element& user) {
  std::optional<SitePlace> place;
  const CompilerSettings compiler = mjcf->Compiler();
  mjcf->VisitSection("worldbody", [&](Element& parent, Element& e) {
    if (place || e.name != "site" || e.Get("name") != name) return;
    if (parent.name == "body" && !parent.Has("name")) parent.Set("name", "body_of_" + name);
    place = SitePlace{parent.name == "body" ? parent.Get("name") : "", PoseOf(e, compiler)};
  });
  if (!place)
    throw UserError(fmt::format("{}: there is no site '{}'", user.Where(), name.substr(0, 80)));
  return *place;
}

double Entry(const Element& e, const char* list, size_t index, double fallback) {
  const auto values = Numbers(e, list);
  return index < values.size() ? values[index] : fallback;
}

}  // namespace

void Drop(Downlevel& d, const Newer& newer) {
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    ReportAs(d, newer, ItemOf(newer, e));
    if (!*newer.attribute) return true;
    e.Remove(newer.attribute);
    return false;
  });
}

void RefuseIt(Downlevel& d, const Newer& newer) {
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    d.mjcf.report->Refuse(newer.done, e.Where());
    return false;
  });
}

void WrittenOut(Downlevel& d, const Newer& newer) {
  for (const Element& section : d.original.children) {
    Visit(section, [&](const Element& e) {
      // dampratio is told with its numbers, by what works them out
      if (Has(newer, section.name, e) && std::string_view(newer.attribute) != "dampratio")
        ReportAs(d, newer, section.name == "default" ? "a default class" : NameOf(e));
    });
  }
}

void HandleAttach(Downlevel& d, const Newer&) { ExpandAttachments(&d.mjcf); }
void HandleReplicate(Downlevel& d, const Newer&) { ExpandReplicas(&d.mjcf); }
void HandleFrame(Downlevel& d, const Newer&) { FoldFrames(&d.mjcf); }
void HandleInheritRange(Downlevel& d, const Newer&) { WriteInheritedRanges(&d.mjcf); }

void HandleAutolimits(Downlevel& d, const Newer& newer) {
  for (Element* compiler : d.mjcf.Sections("compiler")) {
    if (compiler->Get("autolimits") == "false") return;
    compiler->Remove("autolimits");
  }
  const auto write = [&](Element& e, const char* range, const char* limited) {
    if (!e.Has(range) || (e.Has(limited) && e.Get(limited) != "auto")) return;
    const auto values = Numbers(e, range, 2, {});
    e.Remove(limited);
    if (values[0] == 0 && values[1] == 0) return;
    e.Set(limited, "true");
    ReportAs(d, newer, NameOf(e));
  };
  d.mjcf.VisitSection("worldbody", [&](Element&, Element& e) {
    const bool free = e.Get("type") == "free";
    if (e.name == "joint" && free) e.Remove("range");
    if (e.name == "joint" && !free) write(e, "range", "limited");
  });
  d.mjcf.VisitSection("tendon", [&](Element& parent, Element& e) {
    if (parent.name == "tendon") write(e, "range", "limited");
  });
  d.mjcf.VisitSection("actuator", [&](Element&, Element& e) {
    write(e, "ctrlrange", "ctrllimited");
    write(e, "forcerange", "forcelimited");
    write(e, "actrange", "actlimited");
  });
}

void HandleLengthRange(Downlevel& d, const Newer& newer) {
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    e.Set("inteval", e.Get("interval"));
    e.Remove("interval");
    ReportAs(d, newer, "");
    return false;
  });
}

void HandleImplicitFast(Downlevel& d, const Newer& newer) {
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    e.Set("integrator", "implicit");
    ReportAs(d, newer, "");
    return false;
  });
}

void HandleDisabledGroups(Downlevel& d, const Newer& newer) {
  std::set<double> groups;
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    for (const double group : Numbers(e, newer.attribute)) groups.insert(group);
    e.Remove(newer.attribute);
    return false;
  });
  for (Element* section : d.mjcf.Sections("actuator")) {
    std::erase_if(section->children, [&](const Element& e) {
      const bool out = groups.contains(Number(e, "group", 0));
      if (out) ReportAs(d, newer, NameOf(e));
      return out;
    });
  }
}

void HandleFlag(Downlevel& d, const Newer& newer) {
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    // enabled is what older engines always have
    if (e.Get(newer.attribute) == "disable") ReportAs(d, newer, "");
    e.Remove(newer.attribute);
    return false;
  });
}

void HandleLightType(Downlevel& d, const Newer& newer) {
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    if (e.Get("type") == "directional") e.Set("directional", "true");
    e.Remove("type");
    ReportAs(d, newer, NameOf(e));
    return false;
  });
}

void HandleMaterialLayer(Downlevel& d, const Newer& newer) {
  for (Element* section : d.mjcf.Sections("asset")) {
    for (Element& material : section->children) {
      if (material.name != "material") continue;
      for (const Element& layer : material.children) {
        const std::string role = layer.Get("role");
        if (role == "rgb" || role == "rgba") material.Set("texture", layer.Get("texture"));
        ReportAs(d, newer, NameOf(material));
      }
      material.children.clear();
    }
  }
}

void HandleFocal(Downlevel& d, const Newer& newer) {
  const bool pixels = std::string_view(newer.attribute) == "focalpixel";
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    const auto size = Numbers(e, pixels ? "resolution" : "sensorsize", 2, {0, 0});
    const auto focal = Numbers(e, newer.attribute, 2, {0, 0});
    if (size[1] > 0 && focal[1] > 0)
      e.Set("fovy", Join({2 * std::atan2(size[1] / 2, focal[1]) * 180 / std::numbers::pi}));
    e.Remove(newer.attribute);
    ReportAs(d, newer, NameOf(e));
    return false;
  });
}

void HandleMeshInertia(Downlevel& d, const Newer& newer) {
  std::set<std::string> shells;
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    if (e.Get("inertia") == "shell") shells.insert(e.Get("name"));
    e.Remove("inertia");
    ReportAs(d, newer, NameOf(e));
    return false;
  });
  d.mjcf.VisitSection("worldbody", [&](Element&, Element& e) {
    if (e.name == "geom" && shells.contains(e.Get("mesh"))) e.Set("shellinertia", "true");
  });
}

void HandleDeformable(Downlevel& d, const Newer& newer) {
  std::vector<Element> skins;
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    skins.push_back(e);
    ReportAs(d, newer, NameOf(e));
    return true;
  });
  std::erase_if(d.mjcf.root.children,
                [](const Element& e) { return e.name == "deformable" && e.children.empty(); });
  for (Element& skin : skins) d.mjcf.Section("asset").children.push_back(std::move(skin));
}

void HandleForceRange(Downlevel& d, const Newer&) { MoveJointForceRanges(&d.mjcf); }

void HandleFilterExact(Downlevel& d, const Newer& newer) {
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    e.Set("dyntype", "filter");
    ReportAs(d, newer, fmt::format("{} ({:g} s)", NameOf(e), Entry(e, "dynprm", 0, 0)));
    return false;
  });
}

void HandleReflected(Downlevel& d, const Newer& newer) {
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    const double value = Number(e, newer.attribute, 0);
    e.Remove(newer.attribute);
    const double gear = Entry(e, "gear", 0, 1);
    Element* joint = d.mjcf.Named("worldbody", "joint", e.Get("joint"));
    if (!joint || !e.Has("joint")) {
      d.mjcf.report->Inexact(
          "armature and damping of actuators that drive no joint directly are left out", NameOf(e));
      return false;
    }
    const double own = Number(*joint, newer.attribute, 0);
    joint->Set(newer.attribute, Join({own + value * gear * gear}));
    ReportAs(d, newer, NameOf(e));
    return false;
  });
}

void HandleEqualitySites(Downlevel& d, const Newer& newer) {
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    const SitePlace one = FindSite(&d.mjcf, e.Get("site1"), e);
    const SitePlace two = FindSite(&d.mjcf, e.Get("site2"), e);
    e.Remove("site1");
    e.Remove("site2");
    e.Set("body1", one.body.empty() ? "world" : one.body);
    e.Set("body2", two.body.empty() ? "world" : two.body);
    if (e.name == "weld") {
      const Pose relative = one.pose * two.pose.Inverse();
      const auto& p = relative.position;
      const auto& q = relative.rotation;
      e.Set("relpose", Join({p[0], p[1], p[2], q.w(), q.x(), q.y(), q.z()}));
      e.Set("anchor", Join(ToList(two.pose.position)));
      ReportAs(d, newer, NameOf(e));
    } else {
      e.Set("anchor", Join(ToList(one.pose.position)));
      d.mjcf.report->Inexact(
          "connect constraints between sites hold the places that meet at qpos0, which are those "
          "of the sites where these meet there",
          NameOf(e));
    }
    return false;
  });
}

void HandleJointActuatorForce(Downlevel& d, const Newer& newer) {
  std::map<std::string, std::vector<const Element*>> drivers;
  d.mjcf.VisitSection("actuator", [&](Element&, Element& e) {
    if (e.Has("joint")) drivers[e.Get("joint")].push_back(&e);
  });
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    const auto& own = drivers[e.Get("joint")];
    const bool same = own.size() == 1 && own[0]->Has("name") && Entry(*own[0], "gear", 0, 1) == 1;
    if (!same) {
      d.mjcf.report->Inexact(
          "jointactuatorfrc sensors of joints with geared or several actuators "
          "are left out",
          NameOf(e));
      return true;
    }
    e.name = "actuatorfrc";
    e.Remove("joint");
    e.Set("actuator", own[0]->Get("name"));
    ReportAs(d, newer, NameOf(e));
    return false;
  });
}

void HandleSpringLength(Downlevel& d, const Newer& newer) {
  ForEach(&d.mjcf, newer, [&](Element&, Element& e) {
    const auto ends = Numbers(e, "springlength", 2, {});
    e.Set("springlength", Join({(ends[0] + ends[1]) / 2}));
    ReportAs(d, newer, fmt::format("{} ({:g} to {:g} m)", NameOf(e), ends[0], ends[1]));
    return false;
  });
}

}  // namespace sinew::robots
