#include "robots/mjcf/downlevel.h"

#include <fmt/format.h>

#include <functional>

#include "core/error.h"
#include "robots/mjcf/defaults.h"
#include "robots/mjcf/schema.h"
#include "robots/mjcf/versions.h"

namespace sinew::robots {
namespace {

// what neither the engine nor the table knows
void RefuseUnknown(const Mjcf& mjcf) {
  const Schema& schema = Schema::OfEngine();
  for (const Element& section : mjcf.root.children) {
    const std::string name = SectionOf(section);
    const std::function<void(const Element&, const std::string&)> look =
        [&](const Element& e, const std::string& parent) {
          const bool inner = &e != &section;
          const std::string tag = inner ? e.name : name;
          if (!schema.Knows(name, inner ? parent : "", tag)) {
            mjcf.report->Refuse(fmt::format("unknown element <{}>", e.name), e.Where());
            return;
          }
          for (const auto& [attribute, value] : e.attributes) {
            if (schema.Knows(name, inner ? parent : "", tag, attribute)) continue;
            mjcf.report->Refuse(fmt::format("unknown attribute {} of <{}>", attribute, e.name),
                                e.Where());
          }
          for (const Element& child : e.children) look(child, inner ? tag : name);
        };
    look(section, "");
  }
}

}  // namespace

void MakeReadable(Mjcf* mjcf) {
  const Element original = mjcf->root;
  mjcf->CheckSize();
  ApplyDefaults(mjcf);
  Downlevel downlevel{*mjcf, original};
  for (const Newer& newer : NewerThings()) {
    if (Engine() < Version::Parse(newer.since)) newer.handler(downlevel, newer);
  }
  // an actuator's damping ratio waits for the compiled model
  mjcf->CheckSize();
  Mjcf checked = *mjcf;
  checked.VisitSection("actuator", [](Element&, Element& e) { e.Remove("dampratio"); });
  RefuseUnknown(checked);
}

}  // namespace sinew::robots
