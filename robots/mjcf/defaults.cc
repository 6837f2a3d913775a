#include "robots/mjcf/defaults.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/error.h"
#include "core/names.h"
#include "robots/mjcf/actuators.h"
#include "robots/mjcf/pose.h"

namespace sinew::robots {
namespace {

using Attributes = Element::Attributes;
// attributes of one class by the tag that they are for
using Class = std::map<std::string, Attributes>;

const std::set<std::string>& ReplacedAsAWhole() {
  static const std::set<std::string> attributes{"user", "springlength", "class", "childclass"};
  return attributes;
}

bool IsOrientation(const std::string& attribute) {
  const auto& all = OrientationAttributes();
  return std::ranges::find(all, attribute) != all.end();
}

std::string Overlay(const std::string& attribute, const std::string& base,
                    const std::string& over) {
  std::vector<double> below, above;
  if (ReplacedAsAWhole().contains(attribute) || !ParseNumbers(base, &below) ||
      !ParseNumbers(over, &above) || above.size() >= below.size())
    return over;
  above.insert(above.end(), below.begin() + static_cast<long>(above.size()), below.end());
  return Join(above);
}

// The tag of a default element that holds for an element of a section; empty: none does.
std::string DefaultTag(const std::string& section, const Element& parent, const Element& element) {
  static const std::set<std::string> kBody{"joint", "geom", "site", "camera", "light"};
  static const std::set<std::string> kAsset{"mesh", "material"};
  if (section == "worldbody") {
    const bool in_tree = parent.name != "composite" && parent.name != "flexcomp";
    return in_tree && kBody.contains(element.name) ? element.name : "";
  }
  if (section == "asset") return kAsset.contains(element.name) ? element.name : "";
  if (section == "contact") return element.name == "pair" ? "pair" : "";
  if (parent.name != section) return "";
  return section == "actuator" ? "general" : section;  // equality, tendon
}

class Classes {
 public:
  explicit Classes(Mjcf* mjcf) {
    for (Element* section : mjcf->Sections("default")) {
      Read(*section, classes_["main"], "main");
      // the outermost class may have any name
      if (section->Has("class")) classes_[section->Get("class")] = classes_["main"];
    }
  }

  const Class& Find(const std::string& name, const Element& user) const {
    const auto found = classes_.find(name);
    if (found != classes_.end()) return found->second;
    if (name == "main") return empty_;
    std::vector<std::string> known;
    for (const auto& [key, value] : classes_) known.push_back(key);
    throw UserError(fmt::format("{}: {}", user.Where(), UnknownName("default class", name, known)));
  }

 private:
  void Read(const Element& element, Class parent, const std::string& name) {
    Class own = std::move(parent);
    for (const Element& child : element.children) {
      if (child.name == "default") continue;
      if (IsActuator(child.name))
        own["general"] = ToGeneral(std::move(own["general"]), child);
      else
        own[child.name] = Merge(std::move(own[child.name]), child.attributes);
    }
    classes_[name] = own;
    for (const Element& child : element.children) {
      if (child.name != "default") continue;
      if (!child.Has("class"))
        throw UserError(fmt::format("{}: a nested default needs a class", child.Where()));
      Read(child, own, child.Get("class"));
    }
  }

  std::map<std::string, Class> classes_;
  Class empty_;
};

class Applier {
 public:
  explicit Applier(Mjcf* mjcf) : mjcf_(mjcf), classes_(mjcf) {}

  void Apply() {
    for (Element& section : mjcf_->root.children) Descend(section.name, &section, "main");
    std::erase_if(mjcf_->root.children, [](const Element& e) { return e.name == "default"; });
  }

 private:
  void Descend(const std::string& section, Element* parent, const std::string& childclass) {
    if (section == "default") return;
    for (Element& child : parent->children) {
      std::string inner = childclass;
      if (child.Has("childclass")) {
        inner = child.Get("childclass");
        classes_.Find(inner, child);
        child.Remove("childclass");
      }
      One(section, *parent, &child, childclass);
      Descend(section, &child, inner);
    }
  }

  void One(const std::string& section, const Element& parent, Element* element,
           const std::string& childclass) {
    const std::string tag = DefaultTag(section, parent, *element);
    if (tag.empty()) return;
    const Class& own = classes_.Find(element->Get("class", childclass), *element);
    element->Remove("class");
    const auto found = own.find(tag);
    Attributes base = found == own.end() ? Attributes() : found->second;
    if (tag == "general") {
      if (!IsActuator(element->name)) return;  // plugins and what is yet to come
      element->attributes = ToGeneral(std::move(base), *element);
      element->name = "general";
      return;
    }
    element->attributes = Merge(std::move(base), element->attributes);
  }

  Mjcf* mjcf_;
  Classes classes_;
};

}  // namespace

Attributes Merge(Attributes base, const Attributes& over) {
  const auto is_orientation = [](const auto& a) { return IsOrientation(a.first); };
  if (std::ranges::any_of(over, is_orientation)) std::erase_if(base, is_orientation);
  Attributes merged;
  // the name comes first, as people write it
  for (const auto& attribute : over)
    if (attribute.first == "name") merged.push_back(attribute);
  merged.insert(merged.end(), base.begin(), base.end());
  for (const auto& attribute : over) {
    const auto is_same = [&](const auto& a) { return a.first == attribute.first; };
    const auto found = std::ranges::find_if(merged, is_same);
    if (found == merged.end())
      merged.push_back(attribute);
    else if (attribute.first != "name")
      found->second = Overlay(attribute.first, found->second, attribute.second);
  }
  return merged;
}

void ApplyDefaults(Mjcf* mjcf) { Applier(mjcf).Apply(); }

}  // namespace sinew::robots
