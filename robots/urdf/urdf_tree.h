#pragma once

#include <map>
#include <string>
#include <vector>

#include "robots/tree/xml.h"

namespace sinew::robots {

/// The links of a URDF and the joints between them.
class UrdfTree {
 public:
  /// @throws UserError if it is no tree: names given twice, a link with two parents, a circle.
  explicit UrdfTree(const Element& robot, const Limits& limits);

  const Element& root() const { return *root_; }
  const Element& link(const std::string& name) const { return *links_.at(name); }
  /// Joints whose parent is that link, in the file's order.
  const std::vector<const Element*>& Below(const std::string& link) const;
  const std::vector<const Element*>& joints() const { return joints_; }

  static std::string ParentOf(const Element& joint);
  static std::string ChildOf(const Element& joint);
  static std::string TypeOf(const Element& joint) { return joint.Get("type"); }

 private:
  void CheckReached(const Limits& limits) const;

  std::map<std::string, const Element*> links_;
  std::vector<const Element*> joints_;
  std::map<std::string, std::vector<const Element*>> below_;
  const Element* root_ = nullptr;
};

/// Whether something in the text is left for xacro to expand.
bool HasXacro(const Element& robot);

/// Whether the robot walks: two legs or more by their names, with two joints or more each.
bool HasLegs(const UrdfTree& tree);

}  // namespace sinew::robots
