// Models that are put into another one.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/error.h"
#include "core/names.h"
#include "robots/mjcf/defaults.h"
#include "robots/mjcf/structure.h"
#include "robots/tree/names.h"

namespace sinew::robots {
namespace {

namespace fs = std::filesystem;

constexpr const char* kScene[] = {"tendon", "contact", "equality", "actuator", "sensor"};

// A model that is to be put into another, in radians, with nothing around its elements.
Mjcf ReadPart(const fs::path& file, const Mjcf& around, int depth);

void ExpandAt(Mjcf* mjcf, int depth);

Mjcf ReadPart(const fs::path& file, const Mjcf& around, int depth) {
  if (depth > around.limits.include_depth) {
    throw UserError(
        fmt::format("{}: attached more than {} deep", file.string(), around.limits.include_depth));
  }
  Mjcf part = ReadMjcf(file, *around.files, around.report, around.limits);
  ApplyDefaults(&part);
  ExpandAt(&part, depth + 1);
  ExpandReplicas(&part);
  FoldFrames(&part);
  UseRadians(&part);
  return part;
}

// takes out what refers to something that does not come along
void KeepWhatIsWhole(Mjcf* part, std::set<std::string> missing) {
  for (const char* name : kScene) {
    for (Element* section : part->Sections(name)) {
      std::erase_if(section->children, [&](const Element& e) {
        if (!RefersTo(e, missing)) return false;
        CollectNames(e, &missing);
        return true;
      });
    }
  }
}

// what is attached of a part: one body, or all that its world holds
std::vector<Element> TakeBodies(Mjcf* part, const std::string& body, const Element& asks) {
  std::vector<Element> taken;
  std::set<std::string> all, kept;
  for (Element* world : part->Sections("worldbody")) {
    for (Element& child : world->children) {
      CollectNames(child, &all);
      if (body.empty()) taken.push_back(child);
    }
  }
  if (!body.empty()) {
    const Element* found = part->Named("worldbody", "body", body);
    if (!found)
      throw UserError(fmt::format("{}: the attached model has no body '{}'", asks.Where(), body));
    taken.push_back(*found);
  }
  for (const Element& element : taken) CollectNames(element, &kept);
  std::set<std::string> missing;
  std::ranges::set_difference(all, kept, std::inserter(missing, missing.end()));
  KeepWhatIsWhole(part, missing);
  return taken;
}

// sections of the part go behind those of the model
void MoveSections(Mjcf* part, Mjcf* mjcf, const std::string& prefix) {
  for (Element& section : part->root.children) {
    const bool scene = std::ranges::find(kScene, section.name) != std::end(kScene);
    if (!scene && section.name != "asset" && section.name != "deformable") continue;
    AddPrefix(&section, prefix);
    mjcf->root.children.push_back(std::move(section));
  }
}

// A frame that holds what <attach> names.
Element Attached(Mjcf* mjcf, const std::map<std::string, fs::path>& models, const Element& attach,
                 int depth) {
  const std::string model = attach.Get("model");
  const auto found = models.find(model);
  if (attach.Has("frame") || found == models.end()) {
    throw UserError(fmt::format(
        "{}: <attach> of {}: only models of <asset><model .../></asset> and their bodies are taken",
        attach.Where(), model.empty() ? "a part of the model itself" : "'" + model + "'"));
  }
  Mjcf part = ReadPart(found->second, *mjcf, depth);
  Element frame{.name = "frame", .file = attach.file, .line = attach.line};
  frame.children = TakeBodies(&part, attach.Get("body"), attach);
  const std::string prefix = attach.Get("prefix");
  for (Element& child : frame.children) AddPrefix(&child, prefix);
  MoveSections(&part, mjcf, prefix);
  mjcf->report->Exact("attached models are written into the tree",
                      fmt::format("{} of {}", attach.Get("body", "all"), model));
  mjcf->CheckSize();
  return frame;
}

void ExpandTree(Mjcf* mjcf, const std::map<std::string, fs::path>& models, Element* parent,
                int depth) {
  for (Element& child : parent->children) {
    if (child.name == "attach")
      child = Attached(mjcf, models, Element(child), depth);
    else
      ExpandTree(mjcf, models, &child, depth);
  }
}

void ExpandAt(Mjcf* mjcf, int depth) {
  std::map<std::string, fs::path> models;
  for (Element* section : mjcf->Sections("asset")) {
    for (const Element& e : section->children)
      if (e.name == "model") models[e.Get("name")] = e.Get("file");
    std::erase_if(section->children, [](const Element& e) { return e.name == "model"; });
  }
  bool attaches = false;
  mjcf->VisitSection("worldbody", [&](Element&, Element& e) { attaches |= e.name == "attach"; });
  if (!attaches) return;
  UseRadians(mjcf);
  for (size_t i = 0; i < mjcf->root.children.size(); ++i) {
    if (mjcf->root.children[i].name != "worldbody") continue;
    // sections are added while the tree is walked
    Element tree = std::move(mjcf->root.children[i]);
    ExpandTree(mjcf, models, &tree, depth);
    mjcf->root.children[i] = std::move(tree);
  }
}

struct Place {
  Element* body = nullptr;
  Pose pose;
};

Place FindPlace(Mjcf* mjcf, const std::string& name) {
  Place place;
  std::vector<std::string> known;
  mjcf->VisitSection("worldbody", [&](Element& parent, Element& e) {
    if (e.name != "body" && e.name != "site") return;
    known.push_back(e.Get("name"));
    if (place.body || known.back() != name) return;
    if (e.name == "body")
      place = {&e, {}};
    else
      place = {&parent, PoseOf(e, mjcf->Compiler())};
  });
  if (!place.body) throw UserError("--attach: " + UnknownName("body or site", name, known));
  return place;
}

void RemoveFreeJoints(std::vector<Element>* bodies, Report* report) {
  for (Element& body : *bodies) {
    const auto is_free = [](const Element& e) {
      return e.name == "freejoint" || (e.name == "joint" && e.Get("type") == "free");
    };
    if (std::erase_if(body.children, is_free) > 0)
      report->Exact("the free joint of what is attached is taken out", body.Get("name"));
  }
}

}  // namespace

void ExpandAttachments(Mjcf* mjcf) { ExpandAt(mjcf, 0); }

void AttachModel(Mjcf* mjcf, const fs::path& file, const std::string& place_name) {
  Mjcf part = ReadPart(file, *mjcf, 0);
  UseRadians(mjcf);
  const Element asks{.name = "attach", .file = mjcf->root.file};
  std::vector<Element> bodies = TakeBodies(&part, "", asks);
  std::erase_if(bodies, [](const Element& e) { return e.name == "light" || e.name == "camera"; });
  RemoveFreeJoints(&bodies, mjcf->report);
  const std::string prefix = file.stem().string() + "_";
  const Place place = FindPlace(mjcf, place_name);
  for (Element& element : bodies) {
    AddPrefix(&element, prefix);
    if (!place.pose.IsIdentity()) Move(&element, place.pose, mjcf->Compiler());
    place.body->children.push_back(std::move(element));
  }
  MoveSections(&part, mjcf, prefix);
  for (Element* keyframes : mjcf->Sections("keyframe")) keyframes->children.clear();
  mjcf->report->Exact(fmt::format("{} is attached at {}, its names with the prefix {}",
                                  file.filename().string(), place_name, prefix));
  mjcf->CheckSize();
}

}  // namespace sinew::robots
