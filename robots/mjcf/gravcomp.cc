// gravcomp of bodies, which older engines do not have: where it is that of a whole arm, the task
// file's own gravity compensation does the same.

#include <fmt/format.h>

#include <functional>

#include "robots/mjcf/handlers.h"

namespace sinew::robots {
namespace {

// bodies of a subtree with and without full compensation
struct Share {
  int full = 0, other = 0, partial = 0;
};

double TakeGravcomp(Element* body) {
  const double value = Number(*body, "gravcomp", 0);
  body->Remove("gravcomp");
  return value;
}

Share Take(Element* body, std::vector<std::string>* names) {
  Share share;
  const double value = TakeGravcomp(body);
  const bool moves = body->Child("joint") || body->Child("freejoint") || body->Child("inertial") ||
                     body->Child("geom");
  if (value == 1)
    ++share.full;
  else if (value != 0)
    ++share.partial;
  else if (moves)
    ++share.other;
  if (value != 0) names->push_back(body->Get("name", body->Where()));
  for (Element& child : body->children) {
    if (child.name != "body") continue;
    const Share inner = Take(&child, names);
    share.full += inner.full;
    share.other += inner.other;
    share.partial += inner.partial;
  }
  return share;
}

bool HasFreeJoint(const Element& body) {
  bool free = false;
  Visit(body, [&](const Element& e) {
    free |= e.name == "freejoint" ||
            (e.name == "joint" && (e.Get("type") == "free" || e.Get("type") == "ball"));
  });
  return free;
}

bool UsesRungeKutta(const Mjcf& mjcf) {
  bool uses = false;
  for (const Element& e : mjcf.root.children)
    uses |= e.name == "option" && e.Get("integrator") == "RK4";
  return uses;
}

}  // namespace

void HandleGravcomp(Downlevel& d, const Newer& newer) {
  for (Element* world : d.mjcf.Sections("worldbody")) {
    for (Element& body : world->children) {
      if (body.name != "body") continue;
      // a base that does not move has no weight to carry
      const bool base = !body.Child("joint") && !body.Child("freejoint");
      const bool base_has_none = base && !body.Has("gravcomp");
      std::vector<std::string> names;
      Share share = Take(&body, &names);
      if (share.full + share.partial == 0) continue;
      if (base_has_none && share.other > 0) --share.other;
      const bool whole = share.other == 0 && share.partial == 0 && !HasFreeJoint(body) &&
                         !UsesRungeKutta(d.mjcf) && d.mjcf.gravity_compensation.empty();
      if (whole) {
        if (!body.Has("name")) body.Set("name", "base");
        d.mjcf.gravity_compensation = body.Get("name");
        d.mjcf.report->Exact(newer.done, body.Get("name"));
        continue;
      }
      for (const std::string& name : names) {
        d.mjcf.report->Inexact(
            "gravcomp of some bodies, not of the whole arm, is left out: they have their weight "
            "again",
            name);
      }
    }
  }
}

}  // namespace sinew::robots
