#include "robots/urdf/urdf_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <set>

#include "core/error.h"
#include "core/names.h"

namespace sinew::robots {
namespace {

constexpr int kDeepest = 80;  // MuJoCo's XML reader goes to 100

std::string LinkAttribute(const Element& joint, const char* which) {
  const Element* element = joint.Child(which);
  if (element && element->Has("link")) return element->Get("link");
  throw UserError(OneLine(
      fmt::format("{}: joint '{}' names no {} link", joint.Where(), joint.Get("name"), which)));
}

bool NamesLeg(std::string name) {
  static constexpr std::array kWords{"foot",  "ankle", "calf", "shin", "knee",
                                     "thigh", "tibia", "toe",  "leg"};
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(kWords,
                             [&](const char* word) { return name.find(word) != name.npos; });
}

}  // namespace

std::string UrdfTree::ParentOf(const Element& joint) { return LinkAttribute(joint, "parent"); }
std::string UrdfTree::ChildOf(const Element& joint) { return LinkAttribute(joint, "child"); }

UrdfTree::UrdfTree(const Element& robot, const Limits& limits) {
  std::set<std::string> joint_names, children;
  for (const Element& e : robot.children) {
    if (e.name != "link") continue;
    if (e.Get("name").empty()) throw UserError(fmt::format("{}: a link without a name", e.Where()));
    if (!links_.emplace(e.Get("name"), &e).second)
      throw UserError(OneLine(fmt::format("{}: two links '{}'", e.Where(), e.Get("name"))));
  }
  if (links_.empty()) throw UserError(fmt::format("{}: the robot has no link", robot.Where()));
  for (const Element& e : robot.children) {
    if (e.name != "joint") continue;
    if (e.Get("name").empty() || !joint_names.insert(e.Get("name")).second)
      throw UserError(OneLine(
          fmt::format("{}: joints need names of their own: '{}'", e.Where(), e.Get("name"))));
    const std::string parent = ParentOf(e), child = ChildOf(e);
    for (const std::string& link : {parent, child}) {
      if (!links_.contains(link))
        throw UserError(
            OneLine(fmt::format("{}: joint '{}' names the link '{}', which is not there", e.Where(),
                                e.Get("name"), link)));
    }
    if (!children.insert(child).second)
      throw UserError(OneLine(fmt::format("{}: link '{}' has two parents", e.Where(), child)));
    joints_.push_back(&e);
    below_[parent].push_back(&e);
  }
  for (const Element& e : robot.children) {
    if (e.name != "link" || children.contains(e.Get("name"))) continue;
    if (root_) {
      throw UserError(
          OneLine(fmt::format("{}: links '{}' and '{}' both have no parent: a robot is one tree",
                              e.Where(), root_->Get("name"), e.Get("name"))));
    }
    root_ = &e;
  }
  if (!root_) throw UserError(fmt::format("{}: the links stand in a circle", robot.Where()));
  CheckReached(limits);
}

const std::vector<const Element*>& UrdfTree::Below(const std::string& link) const {
  static const std::vector<const Element*> none;
  const auto found = below_.find(link);
  return found == below_.end() ? none : found->second;
}

void UrdfTree::CheckReached(const Limits& limits) const {
  const int deepest = std::min(kDeepest, limits.depth);
  size_t reached = 0;
  const std::function<void(const std::string&, int)> descend = [&](const std::string& link,
                                                                   int depth) {
    if (depth > deepest) {
      throw UserError(
          fmt::format("{}: a chain of more than {} links", links_.at(link)->Where(), deepest));
    }
    ++reached;
    for (const Element* joint : Below(link)) descend(ChildOf(*joint), depth + 1);
  };
  descend(root_->Get("name"), 1);
  if (reached < links_.size()) {
    throw UserError(
        fmt::format("{}: {} links stand in a circle", root_->Where(), links_.size() - reached));
  }
}

bool HasXacro(const Element& robot) {
  bool found = false;
  Visit(robot, [&found](const Element& e) {
    found |= e.name.starts_with("xacro:");
    for (const auto& [name, value] : e.attributes) found |= value.find("${") != value.npos;
  });
  return found;
}

bool HasLegs(const UrdfTree& tree) {
  std::set<const Element*> hips;
  const std::function<void(const std::string&, std::vector<const Element*>, bool)> descend =
      [&](const std::string& link, std::vector<const Element*> chain, bool named) {
        named |= NamesLeg(link);
        if (tree.Below(link).empty() && named && chain.size() >= 2) hips.insert(chain[0]);
        for (const Element* joint : tree.Below(link)) {
          auto longer = chain;
          if (UrdfTree::TypeOf(*joint) != "fixed") longer.push_back(joint);
          descend(UrdfTree::ChildOf(*joint), std::move(longer), named);
        }
      };
  descend(tree.root().Get("name"), {}, false);
  return hips.size() >= 2;
}

}  // namespace sinew::robots
