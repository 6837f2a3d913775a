#include "robots/tree/names.h"

#include <functional>

namespace sinew::robots {
namespace {

// attributes that hold the name of something in the scene or in the assets
const std::set<std::string>& References() {
  static const std::set<std::string> attributes{
      "actuator", "body",    "body1",   "body2",      "camera",        "cranksite", "geom",
      "geom1",    "geom2",   "hfield",  "joint",      "jointinparent", "joint1",    "joint2",
      "material", "mesh",    "objname", "refname",    "refsite",       "sidesite",  "site",
      "site1",    "site2",   "skin",    "slidersite", "subtree1",      "subtree2",  "target",
      "tendon",   "tendon1", "tendon2", "texture"};
  return attributes;
}

bool IsWorld(const std::string& name) { return name == "world" || name.empty(); }

void Rename(Element* element, const std::function<void(std::string*)>& rename) {
  Visit(*element, [&](Element& e) {
    for (auto& [attribute, value] : e.attributes)
      if (attribute == "name" || References().contains(attribute)) rename(&value);
  });
}

}  // namespace

void CollectNames(const Element& element, std::set<std::string>* names) {
  Visit(element, [&](const Element& e) {
    if (e.Has("name")) names->insert(e.Get("name"));
  });
}

bool RefersTo(const Element& element, const std::set<std::string>& names) {
  bool refers = false;
  Visit(element, [&](const Element& e) {
    for (const auto& [attribute, value] : e.attributes)
      refers |= References().contains(attribute) && names.contains(value);
  });
  return refers;
}

void AddSuffix(Element* element, const std::set<std::string>& names, const std::string& suffix) {
  Rename(element, [&](std::string* value) {
    if (names.contains(*value)) *value += suffix;
  });
}

void AddPrefix(Element* element, const std::string& prefix) {
  Rename(element, [&](std::string* value) {
    if (!IsWorld(*value)) *value = prefix + *value;
  });
}

}  // namespace sinew::robots
